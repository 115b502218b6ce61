import { pbkdf2Sync } from 'node:crypto';
import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../../../src/dispatcher/context.ts';
import { SharedStage } from '../shared-stage.ts';

/** Ends the host that it lives in, in all the ways there are. */
export class Wreck {
  static readonly target = { namespace: 'wreck' };
  readonly #stage: SharedStage;
  readonly #hoard: Buffer[] = [];

  constructor({ stage = '' }: { readonly stage?: string } = {}) {
    this.#stage = new SharedStage(stage);
  }

  exit(): never {
    this.#stage.enter();
    process.exit(3);
  }

  async exitAtRelease(): Promise<never> {
    this.#stage.enter();
    await this.#stage.hold();
    process.exit(3);
  }

  /** Throws where no caller can catch it. */
  async throwUncaught(): Promise<void> {
    this.#stage.enter();
    setImmediate(() => {
      throw new Error('thrown from a timer');
    });
    await new Promise(() => {});
  }

  async rejectUnhandled(): Promise<void> {
    this.#stage.enter();
    void Promise.reject(new Error('rejected and forgotten'));
    await new Promise(() => {});
  }

  async exhaustMemory(): Promise<void> {
    this.#stage.enter();
    const hoard: unknown[] = [];
    for (;;) {
      for (let i = 0; i < 1_000; i++) hoard.push(Array.from({ length: 100 }, () => hoard.length));
      await nextTurn();
    }
  }

  /** Keeps so much memory outside of the heap. */
  hoard(_ctx: Context, { mb }: { readonly mb: number }): void {
    this.#hoard.push(Buffer.alloc(mb * 1024 * 1024, 1));
  }

  /** Stays inside one native call for some seconds, in which nothing can stop its thread. */
  hash(): string {
    this.#stage.enter();
    return pbkdf2Sync('password', 'salt', 5_000_000, 64, 'sha512').toString('hex');
  }

  /** Never lets go of its thread. */
  spin(_ctx: Context): never {
    this.#stage.enter();
    for (;;) Math.sqrt(2);
  }
}
