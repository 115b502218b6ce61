/** Collects what comes in one turn of the event loop and hands it on together at the turn's end. */
export class TurnBatch<T> {
  readonly #handOn: (items: T[]) => void;
  #items: T[] = [];

  constructor(handOn: (items: T[]) => void) {
    this.#handOn = handOn;
  }

  add(item: T): void {
    this.#items.push(item);
    if (this.#items.length === 1) setImmediate(() => this.flush());
  }

  /** Hands on at once what there is, for something that has to come after it. */
  flush(): void {
    const items = this.#items;
    if (items.length === 0) return;
    this.#items = [];
    this.#handOn(items);
  }
}
