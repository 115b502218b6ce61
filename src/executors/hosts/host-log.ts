import { AsyncLocalStorage } from 'node:async_hooks';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import type { Log } from '../../log.ts';
import { type LogLevel, WrittenLog } from '../written-log.ts';
import type { FromHost } from './host-protocol.ts';

/** How much of one line crosses; the rest of a longer one is cut. */
const maxLineLength = 8_192;

/**
 * Brings what is logged in a host to the runtime's log, each line at once and in order, so that what a
 * method wrote before its host was killed is there.
 */
export class HostLog {
  readonly #post: (message: FromHost) => void;
  readonly #current = new AsyncLocalStorage<number>();

  constructor(post: (message: FromHost) => void) {
    this.#post = post;
  }

  /** The log of one call, or of the host itself. */
  of(id?: number): Log {
    return new WrittenLog((level, fields, message) => this.#write(level, fields, message, id));
  }

  /** Runs a call, so that its lines on the console are known for its own. */
  during<T>(id: number, run: () => T): T {
    // Also where nobody listens: from the first use on Node tells the contexts of all promises apart, and
    // what a method stores before that would be found by others.
    return this.#current.run(id, run);
  }

  /** Makes `console` write here instead of to the process's output. */
  takeConsole(): void {
    const lines = new Console({ stdout: this.#stream('info'), stderr: this.#stream('error') });
    const print =
      (level: LogLevel) =>
      (...args: unknown[]): void =>
        this.#print(level, format(...args));
    globalThis.console = Object.assign(lines, {
      debug: print('debug'),
      log: print('info'),
      info: print('info'),
      warn: print('warn'),
      error: print('error'),
    });
  }

  /** For what has no level of its own, such as `console.table`. */
  #stream(level: LogLevel): Writable {
    return new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        this.#print(level, text.replace(/\n$/, ''));
        done();
      },
    });
  }

  #print(level: LogLevel, text: string): void {
    this.#write(level, {}, text, this.#current.getStore());
  }

  #write(level: LogLevel, fields: object, text: string, id: number | undefined): void {
    const line = { type: 'log', level, id, message: String(text).slice(0, maxLineLength) } as const;
    try {
      this.#post({ ...line, fields: { ...fields } });
    } catch {
      // A field that can't be cloned, a function say: its text is better than no line.
      this.#post({ ...line, fields: { fields: inspect(fields).slice(0, maxLineLength) } });
    }
  }
}
