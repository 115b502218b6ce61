import type { ConsumeMessage } from 'amqplib';
import { ClosedError } from '../../errors.ts';
import type { WaitOptions } from '../../waiting.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { declareQueue } from './declaring.ts';
import type { Session } from './session.ts';
import type { QueueDeclaration } from './topology.ts';

/**
 * Consumes a client's reply queue over a connection of its own.
 *
 * The queue is not exclusive and outlives the connection, which is what lets a reply survive a
 * reconnection. A reply is acknowledged on receipt. Source: oslo-wire.md 1.18 and 10.
 */
export class ReplyConsumer {
  readonly #queue: QueueDeclaration;
  readonly #onReply: (body: Uint8Array) => void;
  readonly #connection: Connection;

  constructor(
    queue: QueueDeclaration,
    onReply: (body: Uint8Array) => void,
    connection: Omit<ConnectionOptions, 'role' | 'setUp'>,
  ) {
    this.#queue = queue;
    this.#onReply = onReply;
    this.#connection = new Connection({
      ...connection,
      role: 'reply',
      setUp: (session) => this.#setUp(session),
    });
  }

  /** Resolves with the queue's name when the queue exists and is consumed. */
  async ready(options: WaitOptions): Promise<string> {
    if (this.#connection.current === undefined) await this.#connection.session(options);
    return this.#queue.name;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #setUp(session: Session): Promise<void> {
    const { name } = this.#queue;
    await declareQueue(session, this.#queue);
    const onDelivery = (delivery: ConsumeMessage | null): void => {
      if (delivery === null) {
        session.end(new ClosedError(`the broker cancelled the consumer of queue ${name}`));
        return;
      }
      session.channel.ack(delivery);
      this.#onReply(delivery.content);
    };
    await session.method(
      session.channel.consume(name, onDelivery, { consumerTag: '1', noAck: false }),
      `the consumer of queue ${name}`,
    );
  }
}
