import { type MemoryMessage, MessageList, type QueuedMessage } from './message-list.ts';

/** Whom a queue delivers to. */
export interface QueueConsumer {
  /** Whether it may be given a message now. */
  readonly hasCredit: boolean;
  deliver(queued: QueuedMessage): void;
}

/**
 * Holds messages in order, and deals them out to its consumers in turn as their credit allows.
 *
 * As in RabbitMQ's classic queues, what a consumer gives back returns to its old place, marked as
 * redelivered. A message that has expired is dropped when it reaches the head: no timer runs for it,
 * and it is never delivered.
 */
export class MemoryQueue {
  readonly name: string;
  readonly #waiting = new MessageList();
  /** In the order of their turns. */
  readonly #consumers = new Set<QueueConsumer>();
  #places = 0;

  constructor(name: string) {
    this.name = name;
  }

  get hasConsumer(): boolean {
    return this.#consumers.size > 0;
  }

  /** Adds a message at the end. */
  publish(message: MemoryMessage): void {
    const now = performance.now();
    const expiresAt = now + (message.expirationMs ?? Number.POSITIVE_INFINITY);
    this.#waiting.append({ message, place: this.#places++, expiresAt, redelivered: false });
    this.deal(now);
  }

  /** Puts messages that had been delivered back where they were. */
  putBack(messages: readonly QueuedMessage[]): void {
    // Newest first, so that each is put before all others.
    for (const queued of messages.toReversed()) {
      this.#waiting.insert({ ...queued, redelivered: true });
    }
    this.deal();
  }

  /** Begins to deliver to a consumer. */
  add(consumer: QueueConsumer): void {
    this.#consumers.add(consumer);
    this.deal();
  }

  /** Delivers no more to a consumer. */
  remove(consumer: QueueConsumer): void {
    this.#consumers.delete(consumer);
  }

  /** Delivers what can be delivered; to be called when a consumer has got credit. */
  deal(now: number = performance.now()): void {
    for (;;) {
      const queued = this.#oldestAlive(now);
      const consumer = queued && this.#nextConsumer();
      if (queued === undefined || consumer === undefined) return;
      this.#waiting.removeOldest();
      consumer.deliver(queued);
    }
  }

  #oldestAlive(now: number): QueuedMessage | undefined {
    for (;;) {
      const queued = this.#waiting.oldest;
      // A message that expires at once still goes to a consumer that is free at that moment.
      if (queued === undefined || queued.expiresAt >= now) return queued;
      this.#waiting.removeOldest();
    }
  }

  #nextConsumer(): QueueConsumer | undefined {
    for (const consumer of this.#consumers) {
      if (!consumer.hasCredit) continue;
      // To the end of the line.
      this.#consumers.delete(consumer);
      this.#consumers.add(consumer);
      return consumer;
    }
    return undefined;
  }
}
