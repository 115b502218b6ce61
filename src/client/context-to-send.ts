/**
 * What a caller sends along: the context of the request that it is serving, or a plain object whose
 * values have a JSON form; with a serializer, whatever that takes.
 */
export type ContextToSend = object;

/** Of a request that is being served, what its caller sent along. */
export function valuesOf(ctx: ContextToSend): object {
  const isServed = 'values' in ctx && 'signal' in ctx && ctx.signal instanceof AbortSignal;
  return isServed ? (ctx.values as object) : ctx;
}
