/**
 * A map whose values come and go with each message, in the order of their coming.
 *
 * The table of a `Map` keeps alive what was in it, see {@link Roll}: here it has numbers, and the values
 * are beside it.
 */
export class SlotMap<K, V> {
  /** In which slot a key's value is. */
  readonly #slots = new Map<K, number>();
  readonly #values: (V | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#slots.size;
  }

  has(key: K): boolean {
    return this.#slots.has(key);
  }

  get(key: K): V | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#values[slot];
  }

  set(key: K, value: V): void {
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#values.length;
      this.#slots.set(key, slot);
    }
    this.#values[slot] = value;
  }

  /** @returns Whether it was there. */
  delete(key: K): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#slots.delete(key);
    this.#values[slot] = undefined;
    this.#free.push(slot);
    return true;
  }

  keys(): MapIterator<K> {
    return this.#slots.keys();
  }

  /** Goes through them in their order; one that is deleted or added meanwhile is as with a `Map`. */
  *values(): Generator<V, void, undefined> {
    for (const slot of this.#slots.values()) yield this.#values[slot] as V;
  }

  clear(): void {
    this.#slots.clear();
    this.#values.length = 0;
    this.#free.length = 0;
  }
}
