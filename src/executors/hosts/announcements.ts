import { type Deferred, deferred } from '../../waiting.ts';
import type { Begun } from '../executor.ts';
import type { BegunItem } from './host-protocol.ts';
import { portableBegun } from './portable.ts';

/**
 * Tells the runtime's thread what begins in a host, before it does: a method may keep the thread for as
 * long as it likes. What has come together is told together, and none of it begins before that.
 */
export class Announcements {
  readonly #post: (items: readonly BegunItem[]) => void;
  #together: { readonly items: BegunItem[]; readonly told: Deferred<true> } | undefined;

  constructor(post: (items: readonly BegunItem[]) => void) {
    this.#post = post;
  }

  /** @returns Whether it may begin: now, or once it has been told. */
  announce(id: number, begun: Begun): true | Promise<true> {
    const item = { id, begun: portableBegun(begun) };
    if (this.#together === undefined) {
      this.#post([item]);
      return true;
    }
    this.#together.items.push(item);
    return this.#together.told.promise;
  }

  /** @param start - Starts all that has come together; what is announced meanwhile is told at its end. */
  together(start: () => void): void {
    const items: BegunItem[] = [];
    const told = deferred<true>();
    this.#together = { items, told };
    start();
    this.#together = undefined;
    if (items.length > 0) this.#post(items);
    told.resolve(true);
  }
}
