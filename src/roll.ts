/** A place in a {@link Roll}; whoever took it needs it to leave. */
export class RollEntry<T> {
  readonly value: T;
  /** The one before and the one behind; nothing once it has left, so that it keeps neither alive. */
  previous: RollEntry<T> | undefined;
  next: RollEntry<T> | undefined;
  isHere = true;

  constructor(value: T, previous: RollEntry<T> | undefined) {
    this.value = value;
    this.previous = previous;
  }
}

/**
 * What comes and goes with each message, in the order of its coming.
 *
 * In place of a `Set`: V8 gives that a new table each time that so many of its members have changed, and
 * the old table points to the new one, and still to its members. One that has become old so keeps all that
 * follow alive, and with them every member, until the next full collection: a server spent a sixth of its
 * time on moving what it was long done with. `docs/performance.md` has the figures.
 */
export class Roll<T> implements Iterable<T> {
  #first: RollEntry<T> | undefined;
  #last: RollEntry<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(value: T): RollEntry<T> {
    const entry = new RollEntry(value, this.#last);
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    this.#size++;
    return entry;
  }

  /**
   * @param entry - Of this roll.
   * @returns Whether it was there.
   */
  delete(entry: RollEntry<T>): boolean {
    if (!entry.isHere) return false;
    const { previous, next } = entry;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    entry.previous = undefined;
    entry.next = undefined;
    entry.isHere = false;
    this.#size--;
    return true;
  }

  /** Goes through those that are here now, but for those that leave before their turn. */
  *entries(): Generator<RollEntry<T>, void, undefined> {
    const all: RollEntry<T>[] = [];
    for (let entry = this.#first; entry !== undefined; entry = entry.next) all.push(entry);
    for (const entry of all) if (entry.isHere) yield entry;
  }

  /** The values of {@link entries}. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const { value } of this.entries()) yield value;
  }
}
