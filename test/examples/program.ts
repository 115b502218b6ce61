import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The project's folder, where examples are run from. */
export const projectFolder: string = fileURLToPath(new URL('../..', import.meta.url));

/** The arguments with which this Node runs a TypeScript example, as its README says. */
export function typescript(example: string, ...args: string[]): string[] {
  return ['--import', './scripts/register-ts.mjs', example, ...args];
}

/** How a {@link Program} ended, and all it printed. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process that a user would start from the project's folder. */
export class Program {
  /** Settles when it has ended. */
  readonly ended: Promise<ProgramEnd>;
  readonly #child;
  #stdout = '';
  #stderr = '';

  constructor(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, args, {
      cwd: projectFolder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    const kill = (): void => {
      this.#child.kill('SIGKILL');
    };
    // A run that is cut short leaves nothing behind.
    process.once('exit', kill);
    this.ended = once(this.#child, 'close').then(([code]: unknown[]) => {
      process.off('exit', kill);
      return {
        code: typeof code === 'number' ? code : null,
        stdout: this.#stdout,
        stderr: this.#stderr,
      };
    });
  }

  /** Runs to the end. */
  static run(
    command: string,
    args: readonly string[],
    environment?: NodeJS.ProcessEnv,
  ): Promise<ProgramEnd> {
    return new Program(command, args, environment).ended;
  }

  /** Waits until it has printed the text; rejects with all it printed when it ends before that. */
  async printed(text: string): Promise<void> {
    const seen = (): boolean => this.#stdout.includes(text) || this.#stderr.includes(text);
    const looked = new Promise<void>((resolve) => {
      const look = (): void => {
        if (seen()) resolve();
      };
      this.#child.stdout.on('data', look);
      this.#child.stderr.on('data', look);
      look();
    });
    await Promise.race([looked, this.ended]);
    if (!seen()) throw new Error(`it ended without '${text}':\n${this.#stdout}${this.#stderr}`);
  }

  /** Ends it as Ctrl-C does, and waits for that. */
  interrupt(): Promise<ProgramEnd> {
    this.#child.kill('SIGINT');
    return this.ended;
  }
}
