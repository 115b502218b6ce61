import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ExecutorName } from '../../index.ts';
import { orAborted } from '../or-aborted.ts';
import { within } from './within.ts';

/** How a {@link ServerProcess} is started. */
export interface ServerProcessOptions {
  /** The config file of the service. */
  readonly config: string;
  readonly executor: ExecutorName;
  /** The transport URL, if it was given; else the process finds it where `greenroom serve` does. */
  readonly url: string | undefined;
  /** Gives up the start. */
  readonly signal: AbortSignal;
}

/** The server could not be started, or ended by itself. */
export class ServerEnded extends Error {
  override readonly name = 'ServerEnded';
  /** As errors of the public API have one. */
  readonly code = 'ERR_GREENROOM_SERVER_ENDED';
}

/** How long a server may take to be ready, and to end when it has nothing to do. */
const startMs = 60_000;
const stopMs = 2_000;
/** How many of its last log lines are kept, to say why it ended. */
const keptLines = 10;

/** A `greenroom serve` in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #gone = new AbortController();
  readonly #ended: Promise<void>;
  readonly #log: string[] = [];
  #failure: string | undefined;
  #isStopping = false;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    lines(child.stderr, (line) => {
      this.#log.push(line);
      if (this.#log.length > keptLines) this.#log.shift();
    });
    this.#ended = new Promise((resolve) => {
      // Not before its output is whole, which may say why.
      child.once('close', () => {
        this.#gone.abort(this.#ending());
        resolve();
      });
    });
  }

  /**
   * Starts it, and waits until it is ready.
   *
   * @throws {@link ServerEnded} with what it said when it could not start, or the signal's reason.
   */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    options.signal.throwIfAborted();
    const child = spawn(process.execPath, argumentsOf(options), {
      // Nothing is written to it, but it ends with this process, however that ends.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { pid } = child;
    if (pid === undefined) {
      const cause = await new Promise<Error>((resolve) => child.once('error', resolve));
      throw new ServerEnded(`can't start ${process.execPath}: ${cause.message}`, { cause });
    }
    const server = new ServerProcess(child, pid);
    try {
      await server.#ready(options.signal);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Aborts when the process has ended; its reason is a {@link ServerEnded} that says how. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Ends it: softly, then less so. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    for (const signal of ['SIGTERM', 'SIGTERM', 'SIGKILL'] as const) {
      if (this.gone.aborted) return;
      this.#child.kill(signal);
      await within(stopMs, this.#ended);
    }
  }

  async #ready(signal: AbortSignal): Promise<void> {
    const { gone } = this;
    const ready = new Promise<void>((resolve) => {
      lines(this.#child.stdout, (line) => {
        const event = eventIn(line);
        if (event?.event === 'ready') resolve();
        if (event?.error !== undefined) this.#failure = event.error.message;
      });
    });
    const either = AbortSignal.any([gone, signal]);
    const isThere = await within(startMs, orAborted(ready, either));
    either.throwIfAborted();
    if (!isThere) throw new ServerEnded(`the server was not ready within ${startMs / 1000} s`);
  }

  #ending(): Error {
    if (this.#isStopping) return new ServerEnded('the server was stopped');
    if (this.#failure !== undefined) return new ServerEnded(this.#failure);
    const { exitCode, signalCode } = this.#child;
    const how = signalCode === null ? `with exit code ${exitCode}` : `by ${signalCode}`;
    const said = this.#log.length === 0 ? '' : `: ${this.#log.join('\n')}`;
    return new ServerEnded(`the server ended ${how}${said}`);
  }
}

interface ServeEvent {
  readonly event?: unknown;
  readonly error?: { readonly message: string };
}

/** An endpoint may print what it likes beside the events. */
function eventIn(line: string): ServeEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as ServeEvent;
  } catch {
    return undefined; // Not one of ours.
  }
}

function argumentsOf({ config, executor, url }: ServerProcessOptions): string[] {
  // Two processes can't listen to one inspector.
  const execArgv = process.execArgv.filter((option) => !option.startsWith('--inspect'));
  const named = ['--executor', executor, '--json', '--log-level', 'error', '--until-stdin-ends'];
  return [...execArgv, mainFile, 'serve', config, ...named, ...(url ? ['--url', url] : [])];
}

const mainFile = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url),
);

function lines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', onLine);
}
