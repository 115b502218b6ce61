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

/** Control characters, and those that change a line's direction or break it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const everyUnprintable = new RegExp(unprintable, 'g');

/**
 * Cuts text that came from outside to what a log line should hold, and escapes in it whatever would
 * end the line or steer a terminal: a log may be any, not only one that writes JSON.
 */
export function shortened(text: string, length = 200): string {
  const cut = text.length > length ? `${text.slice(0, length)}…` : text;
  // To replace where there is nothing to takes five times as long as to look; nearly all is printable.
  if (!unprintable.test(cut)) return cut;
  return cut.replace(
    everyUnprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Makes {@link shortened} text of a value that came from outside and was expected to be text.
 *
 * Never throws, as `String` does for an object whose `toString` is no function, and costs little,
 * however large the value is.
 */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return shortened(value);
  if (typeof value !== 'object' || value === null) return shortened(String(value));
  return Array.isArray(value) ? 'a list' : 'an object';
}
