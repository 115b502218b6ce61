/** What tells the broker; see {@link ChannelWriter}. */
export interface Acknowledging {
  /** @param multiple - Whether all deliveries up to that tag are meant. */
  acknowledge(deliveryTag: number, multiple: boolean): void;
}

/**
 * Acknowledges the deliveries of one channel together: those with nothing unsettled before them take one
 * frame, however many they are. Whoever owns it flushes it at the end of each turn of the event loop.
 *
 * The broker handles fewer frames, and so do we; `bench/` has what it gains.
 */
export class Acknowledgements {
  readonly #writer: Acknowledging;
  /** The delivery tags that are settled, and have some before them that are not. */
  readonly #settledAhead = new Set<number>();
  /** The first delivery tag that is not settled. */
  #oldest = 1;
  /** The last that has arrived. */
  #last = 0;
  #pending: number[] = [];

  constructor(writer: Acknowledging) {
    this.#writer = writer;
  }

  /** How many deliveries are not settled. */
  get unsettled(): number {
    return this.#last + 1 - this.#oldest - this.#settledAhead.size;
  }

  /** A delivery that is yet to be settled; to be called for each, in their order, which has no gaps. */
  add(deliveryTag: number): void {
    this.#last = deliveryTag;
  }

  /** The delivery is settled by another verb. */
  remove(deliveryTag: number): void {
    if (deliveryTag !== this.#oldest) {
      this.#settledAhead.add(deliveryTag);
      return;
    }
    do this.#oldest += 1;
    while (this.#settledAhead.delete(this.#oldest));
  }

  acknowledge(deliveryTag: number): void {
    this.remove(deliveryTag);
    this.#pending.push(deliveryTag);
  }

  /** Sends what is to be acknowledged now; to be called before the channel is closed. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    this.#pending = [];
    let last = 0;
    for (const deliveryTag of pending) {
      if (deliveryTag > this.#oldest) this.#writer.acknowledge(deliveryTag, false);
      else if (deliveryTag > last) last = deliveryTag;
    }
    if (last > 0) this.#writer.acknowledge(last, true);
  }
}
