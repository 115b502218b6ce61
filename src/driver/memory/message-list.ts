/** A message in the broker's keeping; every queue it was routed to holds the same one. */
export interface MemoryMessage {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Milliseconds after which it is dropped if no consumer took it. */
  readonly expirationMs: number | undefined;
}

/** A message in its place in a queue. */
export interface QueuedMessage {
  readonly message: MemoryMessage;
  /** Counts up along the queue. */
  readonly place: number;
  /** On the clock of `performance.now()`; `Infinity` when it never expires. */
  readonly expiresAt: number;
  readonly redelivered: boolean;
}

interface Link {
  readonly queued: QueuedMessage;
  next: Link | undefined;
}

/** The waiting messages of a queue, by their places: linked, so that both ends cost O(1). */
export class MessageList {
  #head: Link | undefined;
  #tail: Link | undefined;

  /** The message that has waited longest. */
  get oldest(): QueuedMessage | undefined {
    return this.#head?.queued;
  }

  /** Adds a message whose place comes after all others. */
  append(queued: QueuedMessage): void {
    this.#link(queued, this.#tail, undefined);
  }

  /** Adds a message at its place; the walk there is short, for it was near the head before. */
  insert(queued: QueuedMessage): void {
    let before: Link | undefined;
    let after = this.#head;
    while (after !== undefined && after.queued.place < queued.place) {
      before = after;
      after = after.next;
    }
    this.#link(queued, before, after);
  }

  /** Takes away the message that has waited longest; nothing when there is none. */
  removeOldest(): void {
    const oldest = this.#head;
    if (oldest === undefined) return;
    this.#head = oldest.next;
    if (this.#head === undefined) this.#tail = undefined;
    oldest.next = undefined; // Or one that has become old would keep all alive that come after it.
  }

  #link(queued: QueuedMessage, before: Link | undefined, after: Link | undefined): void {
    const link: Link = { queued, next: after };
    if (before === undefined) this.#head = link;
    else before.next = link;
    if (after === undefined) this.#tail = link;
  }
}
