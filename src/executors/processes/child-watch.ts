import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pause } from '../../waiting.ts';

/** How a child process left. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How much of what a child wrote last is kept: enough for all that V8 writes before it aborts. */
const keptBytes = 8 * 1024;
/** How long is read from a child that has left: a process that it started may hold its output open. */
const readAfterwardsMs = 500;

/**
 * Follows a child to its end, and hands on what it writes to its standard output and error until then.
 *
 * Tinypool hands it on too, but stops when the child leaves: what our own output is too slow for is lost.
 */
export class ChildWatch {
  /** Resolves when the child has left the system. */
  readonly left: Promise<ChildExit>;
  /** Resolves when, besides, all that it had sent and written has been read. */
  readonly over: Promise<ChildExit>;
  #errors: Buffer = Buffer.alloc(0);

  constructor(child: ChildProcess) {
    // Not by `once` of node:events, which fails with the first 'error', and Tinypool makes one of an exit.
    this.left = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.over = this.#untilRead(new Promise((resolve) => child.once('close', resolve)));
    if (child.stdout !== null) handOn(child.stdout, process.stdout);
    if (child.stderr === null) return;
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors = Buffer.concat([this.#errors, chunk]).subarray(-keptBytes);
    });
    handOn(child.stderr, process.stderr);
  }

  /** The last that it wrote to its standard error. */
  get lastErrors(): string {
    return this.#errors.toString();
  }

  async #untilRead(closed: Promise<unknown>): Promise<ChildExit> {
    const exit = await this.left;
    const over = new AbortController();
    await Promise.race([closed, pause(readAfterwardsMs, over.signal)]);
    over.abort();
    return exit;
  }
}

function handOn(from: Readable, to: NodeJS.WriteStream): void {
  from.unpipe(to);
  from.on('data', (chunk: Buffer) => {
    if (to.write(chunk)) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
  from.resume();
}
