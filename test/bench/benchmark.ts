import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { projectFolder } from '../examples/program.ts';

/** How a {@link Benchmark} ended, and what it printed. */
export interface BenchmarkEnd {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run bench` with some options, in a process of its own. */
export class Benchmark {
  readonly ended: Promise<BenchmarkEnd>;
  readonly #child;
  #stdout = '';
  #stderr = '';

  constructor(...options: readonly string[]) {
    this.#child = spawn(process.execPath, ['scripts/bench.mjs', ...options], {
      cwd: projectFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.ended = once(this.#child, 'close').then(([code]: unknown[]) => ({
      code,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** What it has told of its progress so far. */
  get progress(): string {
    return this.#stderr;
  }

  /** Does what Ctrl-C does. */
  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** The processes that it has started and that run; none where there is no `/proc`. */
  processes(): readonly number[] {
    return this.#child.pid === undefined ? [] : childrenOf(this.#child.pid);
  }
}

/** Whether there is such a process. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: it has ended.
  }
}

function childrenOf(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  const lists = readdirSync(`/proc/${pid}/task`).map((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1'),
  );
  return lists.join(' ').trim().split(/\s+/).filter(Boolean).map(Number);
}
