import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/** How a command is started. */
export interface RunOptions {
  /** Added to this process's environment, which is cleared of Greenroom's own variables. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
}

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What waits for a command gives up after this long. */
const deadlineMs = 25_000;

/** A test that timed out has disposed of nothing. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs `greenroom` from its source and waits for its end. */
export async function greenroom(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  await using command = startGreenroom(args, options);
  return await command.ended;
}

/** Starts `greenroom` from its source; it is killed when disposed of. */
export function startGreenroom(args: readonly string[], options: RunOptions = {}): RunningCommand {
  return new RunningCommand(args, options);
}

/** A `greenroom` that runs, and what it has written so far. */
export class RunningCommand implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<Ended>;
  readonly #listeners = new Set<() => void>();
  #stdout = '';
  #stderr = '';
  #hasEnded = false;

  constructor(args: readonly string[], { env, cwd, stdin = '' }: RunOptions) {
    const loader = new URL('scripts/register-ts.mjs', root).href;
    const entry = fileURLToPath(new URL('src/cli/main.ts', root));
    const child = spawn(process.execPath, ['--import', loader, entry, ...args], {
      cwd,
      env: { ...cleanEnvironment(), ...env },
      stdio: 'pipe',
    });
    this.#child = child;
    running.add(child);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#changed();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#changed();
    });
    child.stdin.on('error', () => {}); // It may end without having read.
    child.stdin.end(stdin);
    this.#closed = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#hasEnded = true;
        running.delete(child);
        this.#changed();
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  /** Resolves when it has ended and its output is whole; rejects when that takes too long from now. */
  get ended(): Promise<Ended> {
    return within(this.#closed, () => `the end of it\n${this.#text}`);
  }

  /** Resolves with the first line, of either stream, that matches. */
  line(pattern: RegExp): Promise<string> {
    const found = new Promise<string>((resolve, reject) => {
      const look = (): void => {
        const line = `${this.#stdout}\n${this.#stderr}`
          .split('\n')
          .find((candidate) => pattern.test(candidate));
        if (line === undefined && !this.#hasEnded) return;
        this.#listeners.delete(look);
        if (line === undefined) reject(new Error(`it ended without ${pattern}\n${this.#text}`));
        else resolve(line);
      };
      this.#listeners.add(look);
      look();
    });
    return within(found, () => `a line like ${pattern}\n${this.#text}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) this.#child.kill('SIGKILL');
    await this.#closed;
  }

  get #text(): string {
    return `stdout: ${this.#stdout}\nstderr: ${this.#stderr}`;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = ([name]: [string, unknown]): boolean => !name.startsWith('GREENROOM_');
  return Object.fromEntries(Object.entries(process.env).filter(ours));
}

async function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`gave up waiting for ${what()}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
