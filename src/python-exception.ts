/** What an error is in Python, so that a caller there can catch it by its class. */
export interface PythonException {
  /**
   * The module of the exception's class, such as `nova.exception`; `builtins` for Python's own, which
   * every caller rebuilds. One of another module reaches the callers that list it in
   * `allowed_remote_exmods` as itself, and the rest as a `RemoteError` that names it.
   */
  readonly module: string;
  /** @default the name of the error's own class */
  readonly class?: string | undefined;
  /** The positional arguments that Python makes the exception with. @default the message alone */
  readonly args?: readonly unknown[] | undefined;
  /** The named ones. @default none */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The property under which an error says what it is in Python; a {@link PythonException}.
 *
 * Without it an application's error reaches Python as a `RemoteError`, under the name of its class in the
 * module `greenroom`. Subclasses inherit it. An error that says it wrongly (a module that is no text, a
 * getter that throws) is taken as if it did not. Source: oslo-wire.md 8.
 *
 * @example
 * ```ts
 * export class QuotaExceeded extends Error {
 *   readonly limit: number;
 *
 *   constructor(limit: number) {
 *     super('no more than that');
 *     this.limit = limit;
 *   }
 *
 *   get [pythonException](): PythonException {
 *     return { module: 'cinder.exception', kwargs: { limit: this.limit } };
 *   }
 * }
 * ```
 */
// In the symbol registry, for an endpoint may come with a copy of the package of its own.
export const pythonException: unique symbol = Symbol.for('greenroom.pythonException');
