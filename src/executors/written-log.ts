import type { Log } from '../log.ts';

export type LogLevel = keyof Log;

/** Writes one line, at a level. */
export type WriteLine = (level: LogLevel, fields: object, message: string) => void;

/**
 * A log whose lines all go to one function. A class, as one is made for each call: four functions in its
 * place are more to make.
 */
export class WrittenLog implements Log {
  readonly #write: WriteLine;

  constructor(write: WriteLine) {
    this.#write = write;
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }
}
