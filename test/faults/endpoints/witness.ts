import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Context, EndpointTarget } from '../../../src/index.ts';

/** Notes in a file what it executes, so that it is known also of a process that was killed. */
export class Witness {
  static readonly target: EndpointTarget = {};
  readonly #file: string;
  readonly #name: string;
  readonly #workMs: number;

  constructor({ file, name, workMs }: { file: string; name: string; workMs: number }) {
    this.#file = file;
    this.#name = name;
    this.#workMs = workMs;
  }

  /** Takes its time without computing; returns the name of who did it. */
  async work(ctx: Context, { id }: { id: string }): Promise<string> {
    this.#note(id);
    await pause(this.#workMs, undefined, { signal: ctx.signal });
    return this.#name;
  }

  /** Computes for so long. */
  compute(_ctx: Context, { id, ms }: { id: string; ms: number }): string {
    this.#note(id);
    for (const until = performance.now() + ms; performance.now() < until; );
    return this.#name;
  }

  /** Ends the process that it runs in. */
  die(_ctx: Context, { id }: { id: string }): void {
    this.#note(id);
    process.kill(process.pid, 'SIGKILL');
  }

  #note(id: string): void {
    appendFileSync(this.#file, `${id} ${this.#name}\n`);
  }
}
