import type { Context } from '../../../src/dispatcher/context.ts';
import { SharedStage } from '../shared-stage.ts';

/** Does what a test tells it to; its stage, if it has one, tells the test what it does. */
export class Actor {
  static readonly target = { version: '1.2' };
  readonly #stage: SharedStage;

  constructor({ memory }: { readonly memory?: SharedArrayBuffer } = {}) {
    this.#stage = new SharedStage(memory);
  }

  echo(_ctx: Context, { value }: { readonly value: unknown }): unknown {
    return value;
  }

  /** What it was sent along, and how it was called. */
  about(ctx: Context): object {
    const { values, method, namespace, version, deadline } = ctx;
    return { values, method, namespace, version, hasDeadline: deadline !== undefined };
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

  /** Runs until its signal aborts; gives the reason's class. */
  async untilAborted(ctx: Context): Promise<string> {
    this.#stage.enter();
    if (!ctx.signal.aborted) {
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    }
    this.#stage.leave();
    return ctx.signal.reason.name;
  }

  /** Counts as begun, and is over. */
  note(): void {
    this.#stage.enter();
    this.#stage.leave();
  }
}
