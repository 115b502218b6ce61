import { Roll, type RollEntry } from '../../roll.ts';
import type { IncomingMessage } from '../driver.ts';
import type { MemoryQueue, QueueConsumer } from './memory-queue.ts';
import type { QueuedMessage } from './message-list.ts';
import { type Settling, TakenMessage } from './taken-message.ts';

/** Takes messages of one queue and keeps account of those that are not settled. */
export class MemoryConsumer implements QueueConsumer, Settling {
  readonly #queue: MemoryQueue;
  readonly #prefetch: number;
  readonly #onMessage: (message: IncomingMessage) => void;
  readonly #unsettled = new Roll<QueuedMessage>();

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
    this.#onMessage(new TakenMessage(this, this.#unsettled.add(queued)));
  }

  /** Takes no more, and gives back those of the messages that came by it; all others can still be settled. */
  cancel(unwanted: readonly IncomingMessage[]): void {
    this.#queue.remove(this);
    this.giveBack(
      unwanted.flatMap((message) =>
        message instanceof TakenMessage && message.consumer === this ? [message.entry] : [],
      ),
    );
  }

  /** Takes no more, and gives back all that is not settled. */
  close(): void {
    this.#queue.remove(this);
    this.giveBack([...this.#unsettled.entries()]);
  }

  forget(entry: RollEntry<QueuedMessage>): void {
    if (this.#unsettled.delete(entry)) this.#queue.deal();
  }

  giveBack(entries: readonly RollEntry<QueuedMessage>[]): void {
    const unsettled = entries.filter((entry) => this.#unsettled.delete(entry));
    if (unsettled.length > 0) this.#queue.putBack(unsettled.map(({ value }) => value));
  }
}
