/** The methods of an endpoint class that a client can call: those that take `(ctx, args)`. */
export type RemoteMethod<T> = {
  [Name in keyof T & string]: T[Name] extends (ctx: never, args: never) => unknown
    ? Name extends `_${string}`
      ? never
      : Name
    : never;
}[keyof T & string];

/** The named arguments of a method; no names at all for one that takes the context alone. */
export type RemoteArgs<T, Name extends keyof T> = T[Name] extends (...all: infer All) => unknown
  ? All extends readonly [unknown, infer Args, ...unknown[]]
    ? Args
    : All extends readonly [unknown, (infer Args)?]
      ? unknown extends Args
        ? Record<string, never>
        : Args
      : Record<string, never>
  : never;

/** Whether a method may be called with the context alone. */
export type NeedsNoArgs<T, Name extends keyof T> = T[Name] extends (ctx: never) => unknown
  ? true
  : Record<string, never> extends RemoteArgs<T, Name>
    ? true
    : false;

/** What a call of the method resolves with; a value without a JSON form arrives as the wire has it. */
export type RemoteResult<T, Name extends keyof T> = T[Name] extends (
  ...all: never[]
) => infer Result
  ? Awaited<Result>
  : never;

/** A server whose methods are not known to the compiler, such as a Python service. */
export type AnyMethods = Record<
  string,
  (ctx: unknown, args: Readonly<Record<string, unknown>>) => unknown
>;
