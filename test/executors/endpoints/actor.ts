import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../../../src/dispatcher/context.ts';
import { SharedStage } from '../shared-stage.ts';

/** Does what a test tells it to; its stage, if it has one, tells the test what it does. */
export class Actor {
  static readonly target = { version: '1.2' };
  readonly #stage: SharedStage;

  /** @param stage - The folder of a {@link SharedStage}; without one, what needs it fails. */
  constructor({ stage = '' }: { readonly stage?: string } = {}) {
    this.#stage = new SharedStage(stage);
  }

  echo(_ctx: Context, { value }: { readonly value: unknown }): unknown {
    return value;
  }

  /** What it was sent along, and how it was called. */
  about(ctx: Context): object {
    const { values, method, namespace, version, deadline, aborted } = ctx;
    return { values, method, namespace, version, hasDeadline: deadline !== undefined, aborted };
  }

  fail(_ctx: Context, { message }: { readonly message: string }): never {
    throw new RangeError(message);
  }

  throwNothing(): never {
    throw null;
  }

  /** There is no JSON for a function. */
  unencodable(): unknown {
    return { callback: () => 1 };
  }

  /** Runs until it is released; its thread is free meanwhile. */
  async hold(_ctx: Context, { value }: { readonly value?: unknown }): Promise<unknown> {
    this.#stage.enter();
    await this.#stage.hold();
    this.#stage.leave();
    return value;
  }

  /** Runs until it is released, and keeps its thread. */
  block(_ctx: Context, { value }: { readonly value?: unknown }): unknown {
    this.#stage.enter();
    this.#stage.block();
    this.#stage.leave();
    return value;
  }

  /** Runs until its signal aborts; gives what it aborted with. */
  async untilAborted(ctx: Context): Promise<object> {
    this.#stage.enter();
    if (!ctx.signal.aborted) {
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    }
    this.#stage.leave();
    const { name, code, method, reason } = ctx.signal.reason;
    return { name, code, method, reason, aborted: ctx.aborted };
  }

  /** Computes until it is to stop, and never lets anything in; fails with why. */
  spinUntilAborted(ctx: Context): never {
    this.#stage.enter();
    while (!ctx.aborted);
    this.#stage.leave();
    ctx.throwIfAborted();
    throw new Error('aborted, and yet not');
  }

  /** Computes until it is to stop, and lets in what comes now and then; fails with why. */
  async computeUntilAborted(ctx: Context): Promise<never> {
    this.#stage.enter();
    try {
      for (;;) {
        ctx.throwIfAborted();
        await nextTurn();
      }
    } finally {
      this.#stage.leave();
    }
  }

  /** Counts as begun, and is over. */
  note(): void {
    this.#stage.enter();
    this.#stage.leave();
  }
}
