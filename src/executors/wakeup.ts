import { type Deferred, deferred } from '../waiting.ts';

/** Lets those who wait for something to change know that it may have. */
export class Wakeup {
  #waiters: Deferred<undefined> | undefined;

  /** Resolves at the next {@link wake}. */
  async wait(): Promise<void> {
    this.#waiters ??= deferred<undefined>();
    await this.#waiters.promise;
  }

  wake(): void {
    this.#waiters?.resolve(undefined);
    this.#waiters = undefined;
  }
}
