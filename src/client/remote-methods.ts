/** The methods of an endpoint class that a client can call: those that take `(ctx, args)`. */
export type RemoteMethod<T> = {
  [Name in keyof T]: T[Name] extends (ctx: never, ...args: never[]) => unknown
    ? Name extends `_${string}` | symbol | number
      ? never
      : Name
    : never;
}[keyof T] &
  string;

/** The named arguments of a method; an empty object for one that takes the context alone. */
export type RemoteArgs<T, Name extends keyof T> = T[Name] extends (
  ctx: never,
  args: infer Args,
  ...rest: never[]
) => unknown
  ? unknown extends Args
    ? Record<string, never>
    : Args
  : Record<string, never>;

/** What a call of the method resolves with; a value without a JSON form arrives as the wire has it. */
export type RemoteResult<T, Name extends keyof T> = T[Name] extends (
  ...args: never[]
) => infer Result
  ? Awaited<Result>
  : never;

/** A server whose methods are not known to the compiler, such as a Python service. */
// biome-ignore lint/suspicious/noExplicitAny: the one type that any arguments fit.
export type AnyMethods = Record<string, (ctx: any, args: any) => unknown>;
