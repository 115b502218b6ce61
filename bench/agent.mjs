import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ended } from '../scripts/processes.mjs';

const endDeadlineMs = 10_000;
const shownOutput = 4_000;

/**
 * A process that is measured, or that measures: obeys commands, see `agent/commands.mjs`.
 *
 * It is in a process group of its own, so that Ctrl-C in a terminal ends the benchmark, which then
 * ends it.
 */
export class Agent {
  #name;
  #child;
  #output = '';
  /** @type {{ resolve(value: any): void, reject(error: Error): void, onEvent?(event: string): void }[]} */
  #pending = [];
  /** @type {Error | undefined} */
  #failure;

  /**
   * @param {string} name For messages.
   * @param {readonly string[]} command The program and its arguments.
   */
  constructor(name, [program, ...args]) {
    this.#name = name;
    this.#child = spawn(program, args, {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output = (this.#output + text).slice(-shownOutput);
      });
    }
    createInterface({ input: this.#child.stdio[3] }).on('line', (line) =>
      this.#heard(JSON.parse(line)),
    );
    // A pipe to a process that has ended; what it ended with is told by `close`.
    this.#child.stdin.on('error', () => {});
    this.#child.once('error', (error) => this.#fail(error.message));
    this.#child.once('close', (code, signal) => this.#fail(`it ended with ${signal ?? code}`));
  }

  get pid() {
    return this.#child.pid;
  }

  /**
   * Has a command obeyed, after those before it.
   *
   * @param {string} command
   * @param {object} [parameters]
   * @param {object} [options]
   * @param {(event: string) => void} [options.onEvent] Hears what is told meanwhile, as it is told.
   * @param {number} [options.deadlineMs]
   * @returns {Promise<any>} What it returned.
   * @throws when it failed, the process ended, or the deadline has passed.
   */
  request(command, parameters = {}, { onEvent, deadlineMs = 60_000 } = {}) {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#child.stdin.write(`${JSON.stringify({ command, ...parameters })}\n`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(`'${command}' took longer than ${deadlineMs / 1_000} s`);
      }, deadlineMs);
      const settled = (settle) => (value) => {
        clearTimeout(timer);
        settle(value);
      };
      this.#pending.push({ resolve: settled(resolve), reject: settled(reject), onEvent });
    });
  }

  /** Lets it stop in order and waits until it has ended, which it is made to when that takes too long. */
  async end() {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.kill(), endDeadlineMs);
    await ended(this.#child);
    clearTimeout(timer);
  }

  /** Ends it at once; requests that are under way fail. */
  kill() {
    this.#child.kill('SIGKILL');
  }

  #heard({ event, done, failed }) {
    if (event !== undefined) {
      this.#pending[0]?.onEvent?.(event);
      return;
    }
    const { resolve, reject } = this.#pending.shift() ?? {};
    if (failed === undefined) resolve?.(done);
    else reject?.(new Error(`${this.#name}: ${failed}`));
  }

  #fail(reason) {
    const output = this.#output.trim();
    this.#failure ??= new Error(`${this.#name}: ${reason}${output && `\n${output}`}`);
    for (const { reject } of this.#pending.splice(0)) reject(this.#failure);
  }
}
