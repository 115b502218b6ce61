import { execSync, spawn } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../../../src/index.ts';

/** Dies, or does not end, in all the ways that there are; and does what shows that it lives. */
export class Casualty {
  static readonly target = {};
  readonly #diary: string | undefined;

  /** @param diary - A file to write to when it is disposed of, and when its process exits. */
  constructor({ diary }: { readonly diary?: string } = {}) {
    this.#diary = diary;
    if (diary === undefined) return;
    process.on('exit', (code) => writeFileSync(diary, `exit ${code}\n`, { flag: 'a' }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await nextTurn();
    if (this.#diary !== undefined) writeFileSync(this.#diary, 'disposed\n', { flag: 'a' });
  }

  echo(_ctx: Context, { value }: { readonly value: unknown }): unknown {
    return value;
  }

  about(ctx: Context, { variable = '' }: { readonly variable?: string }): unknown {
    const { pid, env, execArgv } = process;
    return { pid, execArgv, variable: env[variable] ?? null, remainingMs: ctx.remainingMs ?? null };
  }

  /** Computes for a while, and returns a text of so many characters. */
  large(_ctx: Context, { length }: { readonly length: number }): string {
    compute(50);
    return 'x'.repeat(length);
  }

  /** Lets nothing in until it is to stop; with how often it looked. */
  untilAborted(ctx: Context): number {
    for (let looks = 1; ; looks++) if (ctx.aborted) return looks;
  }

  aborted(ctx: Context): boolean {
    return ctx.aborted;
  }

  /** Says things on the channel to its parent that are none of Greenroom's. */
  chatter(): string {
    for (const message of [null, 'ready', { type: 'ended' }, { greenroom: null }]) {
      process.send?.(message);
    }
    return 'said';
  }

  /** Has something to do for ever. */
  linger(): void {
    setInterval(() => {}, 1_000);
  }

  /** Logs what cannot be sent to another process. */
  logUnclonable(ctx: Context): void {
    ctx.log.info({ unclonable: () => {} }, 'logged');
  }

  /** Throws, and has somebody see to it. */
  async survive(): Promise<string> {
    process.once('uncaughtException', () => {});
    setImmediate(() => {
      throw new Error('thrown and caught');
    });
    await nextTurn();
    await nextTurn();
    return 'survived';
  }

  overflow(): number {
    return this.overflow() + 1;
  }

  unclonable(): unknown {
    return () => {};
  }

  exit(_ctx: Context, { code }: { readonly code: number }): never {
    process.exit(code);
  }

  hangUp(): Promise<never> {
    process.disconnect();
    return forever();
  }

  throwUncaught(): Promise<never> {
    setImmediate(() => {
      throw new Error('thrown from a timer');
    });
    return forever();
  }

  throwNull(): Promise<never> {
    setImmediate(() => {
      throw null;
    });
    return forever();
  }

  rejectUnhandled(): Promise<never> {
    void Promise.reject(new Error('rejected and forgotten'));
    return forever();
  }

  abort(): never {
    process.abort();
  }

  /** Writes much at once to its standard output and error, a text last, and dies. */
  write(_ctx: Context, { text }: { readonly text: string }): never {
    for (const stream of ['stdout', 'stderr'] as const) {
      process[stream].write(`${'.'.repeat(150_000)}\n${text} to ${stream}\n`);
    }
    process.abort();
  }

  signal(_ctx: Context, { signal }: { readonly signal: NodeJS.Signals }): never {
    process.kill(process.pid, signal);
    return computeForEver();
  }

  /** Fills its heap, with things of one shape or the other. */
  fillHeap(_ctx: Context, { shape }: { readonly shape: keyof typeof shapes }): never {
    const add = shapes[shape]();
    for (let i = 0; ; i++) add(i);
  }

  parseMuch(): unknown {
    return JSON.parse(`[${'[],'.repeat(20_000_000)}0]`);
  }

  fillBuffers(): never {
    const hoard: Buffer[] = [];
    for (;;) hoard.push(Buffer.alloc(1_000_000, 1));
  }

  spin(): never {
    return computeForEver();
  }

  matchForEver(): boolean {
    return /^(a+)+$/.test(`${'a'.repeat(60)}!`);
  }

  waitForEver(): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }

  hashForEver(): unknown {
    return pbkdf2Sync('password', 'salt', 2 ** 31 - 1, 64, 'sha512');
  }

  /** Until this process ends, and `tail` with it. */
  execForEver(): unknown {
    return execSync('exec tail --pid=$PPID -f /dev/null', { stdio: 'ignore' });
  }

  /** Starts a process that holds this one's output open, and returns its id. */
  leaveBehind(): number | undefined {
    return spawn('tail', ['-f', '/dev/null'], { stdio: ['ignore', 'inherit', 'inherit'] }).pid;
  }
}

const shapes = {
  arrays: () => {
    const hoard: unknown[] = [];
    return (i: number) => hoard.push(Array.from({ length: 100 }, () => i));
  },
  strings: () => {
    const hoard: string[] = [];
    return (i: number) => hoard.push(`${i}`.repeat(200).split('').join('-'));
  },
  map: () => {
    const hoard = new Map<number, object>();
    return (i: number) => hoard.set(i, { i });
  },
  keys: () => {
    const hoard: Record<string, number> = {};
    return (i: number) => {
      hoard[`key ${i}`] = i;
    };
  },
} satisfies Record<string, () => (i: number) => unknown>;

function compute(ms: number): void {
  for (const start = performance.now(); performance.now() - start < ms; );
}

function computeForEver(): never {
  for (;;) compute(1_000);
}

function forever(): Promise<never> {
  return new Promise(() => {});
}
