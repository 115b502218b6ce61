/**
 * What Greenroom writes its log to; a pino logger is one, and so is `console`.
 *
 * One line for what was lost, late, cancelled or retried; none for an ordinary message.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Keeps every line to itself. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Cuts text that came from outside to what a log line should hold. */
export function shortened(text: string, length = 200): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
