import { type Log, shownValue } from '../log.ts';
import type { Begun } from './executor.ts';

/** What a line of the log says of the call that wrote it. */
export function aboutCall(begun: Begun | undefined): object {
  if (begun === undefined) return {};
  const { method, replyTo } = begun;
  return { method, ...(replyTo !== undefined && { msgId: shownValue(replyTo.msgId) }) };
}

/** The log of one call, whose lines say which. */
export class CallLog implements Log {
  readonly #log: Log;
  readonly #begun: () => Begun | undefined;

  constructor(log: Log, begun: () => Begun | undefined) {
    this.#log = log;
    this.#begun = begun;
  }

  debug(fields: object, message: string): void {
    this.#log.debug(this.#with(fields), message);
  }

  info(fields: object, message: string): void {
    this.#log.info(this.#with(fields), message);
  }

  warn(fields: object, message: string): void {
    this.#log.warn(this.#with(fields), message);
  }

  error(fields: object, message: string): void {
    this.#log.error(this.#with(fields), message);
  }

  #with(fields: object): object {
    return { ...fields, ...aboutCall(this.#begun()) };
  }
}
