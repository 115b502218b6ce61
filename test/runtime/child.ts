import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { deferred } from '../../src/waiting.ts';

const registerTs = new URL('../../scripts/register-ts.mjs', import.meta.url).href;

/** How a process ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Writes the text of an ES module to a file, which is gone with the test. A script that is run with
 * `--eval` can't start worker threads: they inherit its flags.
 */
export async function scriptFile(script: string): Promise<URL> {
  const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-script-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'script.mjs');
  await writeFile(file, script);
  return pathToFileURL(file);
}

/** A Node process that runs a script of the test's, to be sent signals; killed with the test. */
export class Child {
  readonly ended: Promise<ChildEnd>;
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  #changed = deferred<void>();
  #hasEnded = false;
  #stderr = '';

  private constructor(file: URL) {
    const args = ['--import', registerTs, fileURLToPath(file)];
    this.#process = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void this.#process.kill('SIGKILL'));
    this.#process.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk;
    });
    if (this.#process.stdout) {
      createInterface({ input: this.#process.stdout }).on('line', (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
    this.ended = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.#hasEnded = true;
        this.#wake();
        resolve({ code, signal });
      });
    });
  }

  /** @param script - The text of an ES module. */
  static async run(script: string): Promise<Child> {
    return new Child(await scriptFile(script));
  }

  /** Waits until it has printed this line. */
  async printed(line: string): Promise<void> {
    while (!this.lines.includes(line)) {
      if (this.#hasEnded) throw new Error(`it ended without '${line}': ${this.#said()}`);
      await this.#changed.promise;
    }
  }

  send(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = deferred();
  }

  #said(): string {
    return `${this.lines.join('\n')}\n${this.#stderr}`;
  }
}
