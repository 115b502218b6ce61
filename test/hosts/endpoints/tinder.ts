import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../../../src/index.ts';
import { monotonicMs } from '../monotonic-time.ts';

/** Kills its host while there is a fire, which is a file. */
export class Tinder {
  static readonly target = {};
  readonly #fire: string;

  /** @param diary - A file to which each host writes when it began. */
  constructor({ fire, diary }: { readonly fire: string; readonly diary: string }) {
    this.#fire = fire;
    appendFileSync(diary, `${monotonicMs()}\n`);
  }

  /** Returns what it gets, if there is no fire. */
  dare(_ctx: Context, { value }: { readonly value: number }): number {
    if (existsSync(this.#fire)) process.exit(1);
    return value;
  }

  /** Returns what it gets, some time later. */
  async linger(_ctx: Context, { value }: { readonly value: number }): Promise<number> {
    await delay(50);
    return value;
  }
}
