import { threadId } from 'node:worker_threads';
import type { Context } from '../../../src/index.ts';
import { BlackBox } from '../black-box.ts';
import { monotonicMs } from '../monotonic-time.ts';

/** What {@link Runaway.work} returns. */
export interface Worked {
  readonly value: number;
  /** Names the host that did it. */
  readonly host: string;
  /** When, on the clock of `monotonicMs()`. */
  readonly at: number;
}

const host = `${process.pid}:${threadId}`;

/** Does what it is asked to, or never ends. */
export class Runaway {
  static readonly target = {};

  work(_ctx: Context, { value }: { readonly value: number }): Worked {
    const at = monotonicMs();
    while (monotonicMs() - at < 5);
    return { value, host, at };
  }

  /** Never ends, nor lets anything in; writes down how long it lived, for its host will not tell. */
  spin(ctx: Context, { file }: { readonly file: string }): never {
    const begunAt = monotonicMs();
    const deadline = begunAt + (ctx.remainingMs ?? Number.NaN);
    const box = BlackBox.create(file);
    for (let toldAt = Number.NaN; ; ) {
      const aliveAt = monotonicMs();
      if (Number.isNaN(toldAt) && ctx.aborted) toldAt = aliveAt;
      box.write({ begunAt, deadline, toldAt, aliveAt });
    }
  }
}
