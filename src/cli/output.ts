import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

/** A stream of the process, such as `process.stdout`. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  hasColors?(): boolean;
}

/** What an {@link Output} writes to. */
export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Whether a line of stderr can be written over. */
  readonly isInteractive: boolean;
}

const clearLine = '\r\u001b[K';

/**
 * Where the command writes: results to stdout, all else to stderr.
 *
 * On a terminal it also keeps one passing line at the bottom, which every other line pushes away.
 */
export class Output {
  readonly isInteractive: boolean;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  #passing = '';
  #failure: Error | undefined;

  constructor({ stdout, stderr, isInteractive }: OutputOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.isInteractive = isInteractive;
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has seen enough, such as `head`, is no failure.
      if (error.code !== 'EPIPE') this.#failure = error;
    });
    // Nobody is left to be told.
    stderr.on('error', () => {});
  }

  /** Whether a person reads stderr. */
  get isTerminal(): boolean {
    return this.#stderr.isTTY === true;
  }

  /** Whether stderr takes colours; says no when NO_COLOR is set. */
  get hasColors(): boolean {
    return this.isTerminal && this.#stderr.hasColors?.() === true;
  }

  /** Writes a line of what was asked for. */
  result(line: string): void {
    this.#aside(() => this.#stdout.write(`${line}\n`));
  }

  /** Writes a line about how it went. */
  notice(line: string): void {
    this.#aside(() => this.#stderr.write(`${line}\n`));
  }

  /** Shows a line until the next one, or until it is taken away with `''`; on a terminal only. */
  passing(line: string): void {
    if (!this.isInteractive || line === this.#passing) return;
    const width = (this.#stderr.columns || 80) - 1;
    if (this.#passing !== '') this.#stderr.write(clearLine);
    this.#passing = line.slice(0, width);
    this.#stderr.write(this.#passing);
  }

  /**
   * Resolves when all is written.
   *
   * @throws what kept a result from being written, such as a full disk.
   */
  async flush(): Promise<void> {
    await Promise.all([flushed(this.#stdout), flushed(this.#stderr)]);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #aside(write: () => void): void {
    const passing = this.#passing;
    this.passing('');
    write();
    this.passing(passing);
  }
}

/** Makes text that came from outside fit for a terminal: no password, and nothing that steers it. */
export function presentable(text: string): string {
  const plain = stripVTControlCharacters(maskPasswords(text));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  return plain.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd').trimEnd();
}

/** {@link presentable} text on one line. */
export function presentableLine(text: string): string {
  return presentable(text.trim().replace(/\s*[\r\n]\s*/g, ' '));
}

/** Masks the credentials of every URL in a text, such as the unknown option `--ulr=rabbit://…`. */
export function maskPasswords(text: string): string {
  return text.replace(/:\/\/[^\s@]*@(?:[^\s@/?]*@)*/g, '://***@');
}

function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    // The callback comes also when the write fails.
    stream.write('', () => resolve());
  });
}
