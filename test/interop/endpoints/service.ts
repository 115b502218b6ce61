import { threadId } from 'node:worker_threads';
import type { Context } from 'greenroom';

/** The methods that both endpoints have; like those of `peers/server.py`. */
class Methods {
  readonly #label: string;
  readonly #notes: unknown[] = [];

  constructor(label: string) {
    this.#label = label;
  }

  echo(_ctx: Context, { value }: { value: unknown }): unknown {
    return value;
  }

  add(_ctx: Context, { a, b }: { a: number; b: number }): number {
    if (typeof a !== 'number' || typeof b !== 'number') throw new TypeError('a and b are numbers');
    return a + b;
  }

  endpoint(): string {
    return this.#label;
  }

  context(ctx: Context): unknown {
    return ctx.values;
  }

  thread(): number {
    return threadId;
  }

  fail(_ctx: Context, { message }: { message: string }): never {
    throw new RangeError(message);
  }

  note(_ctx: Context, { value }: { value: unknown }): void {
    this.#notes.push(value);
  }

  notes(): unknown[] {
    return this.#notes;
  }

  /** Computes for that long, as a method does that knows no better. */
  spin(_ctx: Context, { seconds }: { seconds: number }): number {
    const until = performance.now() + seconds * 1000;
    let rounds = 0;
    while (performance.now() < until) rounds++;
    return rounds;
  }
}

export class Main extends Methods {
  static target = { version: '1.5' };

  constructor() {
    super('main');
  }
}

export class Control extends Methods {
  static target = { namespace: 'control', version: '2.1' };

  constructor() {
    super('control');
  }
}
