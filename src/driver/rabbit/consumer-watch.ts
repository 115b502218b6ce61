import type { Channel } from 'amqplib';
import { ClosedError, MessagingTimeout } from '../../errors.ts';
import { isNotFound } from './connect-failure.ts';
import type { Session } from './session.ts';
import type { QueueDeclaration } from './topology.ts';

/** A consumer that is watched; whoever takes its deliveries counts them. */
export interface WatchedConsumer {
  deliveries: number;
  /** Whether the broker has confirmed that it consumes; until then nothing speaks against it. */
  isConfirmed: boolean;
}

interface Consumer extends WatchedConsumer {
  readonly queue: string;
  readonly isQuorum: boolean;
  /** How many deliveries there had been at the last look. */
  seen: number;
  isAsked: boolean;
  /** How often in a row the broker's answer, or that there was none, has spoken against it. */
  strikes: number;
}

/** One look may catch a message on its way, or a queue between two leaders. */
const maxStrikes = 2;

/**
 * Notices consumers that the broker has forgotten: messages wait in the queue and none is delivered, or
 * the broker counts no consumer of a classic queue, or it does not answer. Then the session ends, and the next one
 * consumes. Neither the broker nor amqplib tells; without this a listener stays deaf for ever.
 *
 * Asks only for queues that have been quiet, on a channel of its own.
 */
export class ConsumerWatch {
  readonly #session: Session;
  readonly #isFull: () => boolean;
  readonly #consumers: Consumer[] = [];
  readonly #timer: NodeJS.Timeout;
  #channel: Promise<Channel> | undefined;

  /**
   * @param intervalMs - How often it looks; forgotten consumers are found within three times that.
   * @param isFull - Whether nothing can be delivered before something is acknowledged.
   */
  constructor(session: Session, intervalMs: number, isFull: () => boolean) {
    this.#session = session;
    this.#isFull = isFull;
    this.#timer = setInterval(() => this.#look(), intervalMs);
    void session.ended.then(() => this.stop());
  }

  /** Watches the consumer of one more queue. */
  add({ name, arguments: args }: QueueDeclaration): WatchedConsumer {
    const consumer = {
      queue: name,
      isQuorum: args['x-queue-type'] === 'quorum',
      deliveries: 0,
      isConfirmed: false,
      seen: 0,
      isAsked: false,
      strikes: 0,
    };
    this.#consumers.push(consumer);
    return consumer;
  }

  /** Watches no longer: the consumers are about to be cancelled. */
  stop(): void {
    clearInterval(this.#timer);
    this.#consumers.length = 0;
  }

  #look(): void {
    for (const consumer of this.#consumers) {
      if (!consumer.isConfirmed) continue;
      const isQuiet = consumer.deliveries === consumer.seen;
      consumer.seen = consumer.deliveries;
      if (!isQuiet || this.#isFull()) consumer.strikes = 0;
      else if (consumer.isAsked) this.#strike(consumer, 'the broker does not answer for it');
      else void this.#ask(consumer);
    }
  }

  async #ask(consumer: Consumer): Promise<void> {
    consumer.isAsked = true;
    try {
      const channel = await this.#openChannel();
      const { consumerCount, messageCount } = await channel.checkQueue(consumer.queue);
      // What was delivered before the answer has been counted: it came by the same socket.
      const isQuiet = consumer.deliveries === consumer.seen && !this.#isFull();
      // Of a quorum queue whose leader it can't reach the broker says that it is empty and not consumed, for
      // as long as `net_ticktime`, though its members have chosen another and that one delivers.
      const isForgotten = consumerCount === 0 && !consumer.isQuorum;
      if (isQuiet && isForgotten) this.#strike(consumer, 'the broker counts no consumer');
      else if (isQuiet && messageCount > 0) this.#strike(consumer, `${messageCount} messages wait`);
      else consumer.strikes = 0;
    } catch (error) {
      // Else the channel or the session is over, or we may not ask: the next look asks again.
      if (isNotFound(error) && this.#consumers.includes(consumer)) {
        const text = `the broker knows queue ${consumer.queue} no more: ${error.message}`;
        this.#session.end(new ClosedError(text, { cause: error }));
      }
    } finally {
      consumer.isAsked = false;
    }
  }

  #strike(consumer: Consumer, what: string): void {
    if (!this.#consumers.includes(consumer)) return; // It was stopped while the broker was asked.
    consumer.strikes++;
    if (consumer.strikes < maxStrikes) return;
    const text = `nothing is delivered from queue ${consumer.queue} any more: ${what}`;
    this.#session.end(new MessagingTimeout(text));
  }

  #openChannel(): Promise<Channel> {
    const forget = (): void => {
      this.#channel = undefined;
    };
    this.#channel ??= this.#session.openChannel().then(
      (channel) => channel.once('close', forget),
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    return this.#channel;
  }
}
