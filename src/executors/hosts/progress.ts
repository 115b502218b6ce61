import { type Deferred, deferred } from '../../waiting.ts';
import type { Begun } from '../executor.ts';
import type { BegunItem, DoneItem } from './host-protocol.ts';
import { portableBegun } from './portable.ts';

/** Sends what {@link Progress} has collected. */
export type Tell = (done: readonly DoneItem[], begun: readonly BegunItem[]) => void;

/**
 * Tells the runtime's thread what has ended in a host, and what begins, before it does: a method may
 * keep the thread for as long as it likes.
 *
 * What begins together is told together, and none of it begins before that. What has ended is told with
 * the next that begins, or at the turn's end if none does.
 */
export class Progress {
  readonly #tell: Tell;
  #done: DoneItem[] = [];
  #together: { readonly items: BegunItem[]; readonly told: Deferred<true> } | undefined;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** @returns Whether it may begin: now, or once it has been told. */
  begins(id: number, begun: Begun): true | Promise<true> {
    const item = { id, begun: portableBegun(begun) };
    if (this.#together === undefined) {
      this.#flush([item]);
      return true;
    }
    this.#together.items.push(item);
    return this.#together.told.promise;
  }

  /** @param start - Starts all that has come together; what begins meanwhile is told at its end. */
  together(start: () => void): void {
    const items: BegunItem[] = [];
    const told = deferred<true>();
    this.#together = { items, told };
    start();
    this.#together = undefined;
    if (items.length > 0) this.#flush(items);
    told.resolve(true);
  }

  ended(item: DoneItem): void {
    this.#done.push(item);
    if (this.#done.length === 1) setImmediate(() => this.#flush([]));
  }

  #flush(begun: readonly BegunItem[]): void {
    const done = this.#done;
    if (done.length === 0 && begun.length === 0) return;
    this.#done = [];
    this.#tell(done, begun);
  }
}
