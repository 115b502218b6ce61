import type { IncomingMessage } from '../driver.ts';
import type { MemoryQueue, QueueConsumer } from './memory-queue.ts';
import type { QueuedMessage } from './message-list.ts';

/** Takes messages of one queue and keeps account of those that are not settled. */
export class MemoryConsumer implements QueueConsumer {
  readonly #queue: MemoryQueue;
  readonly #prefetch: number;
  readonly #onMessage: (message: IncomingMessage) => void;
  readonly #unsettled = new Map<IncomingMessage, QueuedMessage>();

  /**
   * Begins to consume.
   *
   * @param prefetch - How many messages may be unsettled at a time.
   * @param onMessage - Called while the message is being published or given back, so it must not
   * run anybody else's code.
   */
  constructor(queue: MemoryQueue, prefetch: number, onMessage: (message: IncomingMessage) => void) {
    this.#queue = queue;
    this.#prefetch = prefetch;
    this.#onMessage = onMessage;
    queue.add(this);
  }

  /** Whether fewer messages are unsettled than the prefetch allows. */
  get hasCredit(): boolean {
    return this.#unsettled.size < this.#prefetch;
  }

  /** Called by the queue: makes it this consumer's to settle, and hands it on. */
  deliver(queued: QueuedMessage): void {
    const { body, contentType, headers, expirationMs } = queued.message;
    const message: IncomingMessage = {
      body,
      contentType,
      headers,
      expirationMs,
      arrivedAt: performance.now(),
      // The sender has it, and every other queue that it went to.
      ownsBody: false,
      redelivered: queued.redelivered,
      acknowledge: () => this.#forget(message),
      requeue: () => this.#giveBack([message]),
      // No queue here has a delivery limit.
      retry: () => this.#giveBack([message]),
      reject: () => this.#forget(message),
    };
    this.#unsettled.set(message, queued);
    this.#onMessage(message);
  }

  /** Takes no more, and gives back the given messages; the others can still be settled. */
  cancel(unwanted: readonly IncomingMessage[]): void {
    this.#queue.remove(this);
    this.#giveBack(unwanted);
  }

  /** Takes no more, and gives back all that is not settled. */
  close(): void {
    this.cancel([...this.#unsettled.keys()]);
  }

  #forget(message: IncomingMessage): void {
    if (this.#unsettled.delete(message)) this.#queue.deal();
  }

  /** Gives back those of the messages that came by this consumer and are not settled. */
  #giveBack(messages: readonly IncomingMessage[]): void {
    const queued = messages.flatMap((message) => this.#unsettled.get(message) ?? []);
    for (const message of messages) this.#unsettled.delete(message);
    if (queued.length > 0) this.#queue.putBack(queued);
  }
}
