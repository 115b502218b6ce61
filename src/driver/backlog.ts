import { ClosedError } from '../errors.ts';
import { type Deferred, deferred } from '../waiting.ts';

/** What has arrived and was not yet asked for, in order, with one taker that may wait for it. */
export class Backlog<T> {
  #items: T[] = [];
  #taker: { readonly limit: number; readonly taken: Deferred<T[]> } | undefined;
  #hasEnded = false;

  /**
   * Adds one to the end, and wakes the taker once everything that came with it has been added.
   *
   * @returns Whether it was added; nothing is once ended.
   */
  add(item: T): boolean {
    if (this.#hasEnded) return false;
    this.#items.push(item);
    if (this.#taker !== undefined && this.#items.length === 1) queueMicrotask(() => this.#serve());
    return true;
  }

  /**
   * Waits until there is something, then takes up to `limit`, oldest first; nothing once ended.
   *
   * @throws {@link ClosedError} when another taker is waiting already.
   */
  take(limit: number): Promise<T[]> {
    if (this.#taker !== undefined) {
      return Promise.reject(new ClosedError('another poll of this listener is still waiting'));
    }
    if (this.#items.length > 0 || this.#hasEnded) {
      return Promise.resolve(this.#items.splice(0, limit));
    }
    const taken = deferred<T[]>();
    this.#taker = { limit, taken };
    return taken.promise;
  }

  /** Forgets everything that was not taken. */
  clear(): void {
    this.#items = [];
  }

  /** Takes everything that is left, for good: a waiting taker, and each later one, gets nothing. */
  end(): T[] {
    const rest = this.#items;
    this.#items = [];
    this.#hasEnded = true;
    this.#taker?.taken.resolve([]);
    this.#taker = undefined;
    return rest;
  }

  #serve(): void {
    const taker = this.#taker;
    if (taker === undefined || this.#items.length === 0) return;
    this.#taker = undefined;
    taker.taken.resolve(this.#items.splice(0, taker.limit));
  }
}
