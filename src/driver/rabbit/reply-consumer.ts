import { ClosedError } from '../../errors.ts';
import type { OnReply, RetryOptions } from '../driver.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { ConsumerWatch } from './consumer-watch.ts';
import { consume, declareQueue } from './declaring.ts';
import { RabbitMessage } from './rabbit-message.ts';
import type { Session } from './session.ts';
import type { ReplySubscription } from './topology.ts';

/**
 * Consumes a client's reply queue over a connection of its own.
 *
 * The queue is not exclusive and outlives the connection, which is what lets a reply survive a
 * reconnection. A reply is acknowledged on receipt. Source: oslo-wire.md 1.18 and 10.
 */
export class ReplyConsumer {
  readonly #subscription: ReplySubscription;
  readonly #onReply: OnReply;
  readonly #checkMs: number;
  readonly #connection: Connection;

  constructor(
    subscription: ReplySubscription,
    onReply: OnReply,
    connection: Omit<ConnectionOptions, 'role' | 'setUp'>,
  ) {
    this.#subscription = subscription;
    this.#onReply = onReply;
    this.#checkMs = connection.options.consumerCheckMs;
    this.#connection = new Connection({
      ...connection,
      role: 'reply',
      setUp: (session) => this.#setUp(session),
    });
  }

  /** The queue's name while the queue exists and is consumed. */
  get openQueue(): string | undefined {
    return this.#connection.current && this.#subscription.queue.name;
  }

  /** Resolves with the queue's name when the queue exists and is consumed. */
  async ready(options: RetryOptions): Promise<string> {
    await this.#connection.session(options);
    return this.#subscription.queue.name;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #setUp(session: Session): Promise<void> {
    const { queue, consumer } = this.#subscription;
    await declareQueue(session, queue);
    // Nothing bounds how many replies may be on their way.
    const watch = new ConsumerWatch(session, this.#checkMs, () => false);
    const watched = watch.add(queue);
    await consume(session, queue.name, consumer, {
      onDelivery: (delivery) => {
        watched.deliveries++;
        const reply = new RabbitMessage(session, delivery, false);
        reply.acknowledge();
        this.#onReply(reply);
      },
      onCancel: () => {
        session.end(new ClosedError(`the broker cancelled the consumer of queue ${queue.name}`));
      },
    });
    watched.isConfirmed = true;
  }
}
