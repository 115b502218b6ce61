import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../../../src/dispatcher/context.ts';
import { SharedStage } from '../shared-stage.ts';

/** Ends the host that it lives in, in all the ways there are. */
export class Wreck {
  static readonly target = { namespace: 'wreck' };
  readonly #stage: SharedStage;

  constructor({ stage = '' }: { readonly stage?: string } = {}) {
    this.#stage = new SharedStage(stage);
  }

  exit(): never {
    this.#stage.enter();
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

  /** Never lets go of its thread. */
  spin(_ctx: Context): never {
    this.#stage.enter();
    for (;;) Math.sqrt(2);
  }
}
