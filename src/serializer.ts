/** The dict that travels with a request. */
export type ContextValues = Readonly<Record<string, unknown>>;

/**
 * Turns a service's own values into such as the wire can carry, and back; oslo.messaging's `Serializer`.
 *
 * An entity is one argument, or the result; it is handled with the context of its request at hand. A
 * server deserializes the context and the arguments and serializes the result, a client the other way
 * round. What is thrown here becomes the caller's failure on a server, and rejects the call in a client.
 *
 * @typeParam Values - What the service's own code has as a request's context: `ctx.values` on a
 * server, the first argument of `call` in a client.
 */
export interface Serializer<Values extends object = ContextValues> {
  serializeEntity(context: Values, entity: unknown): unknown;
  deserializeEntity(context: Values, entity: unknown): unknown;
  serializeContext(context: Values): ContextValues;
  deserializeContext(values: ContextValues): Values;
}

/** The methods that make an object a {@link Serializer}. */
export const serializerMethods: readonly (keyof Serializer)[] = [
  'serializeEntity',
  'deserializeEntity',
  'serializeContext',
  'deserializeContext',
];

/** Whether a value has the methods of a {@link Serializer}. */
export function isSerializer(value: unknown): value is Serializer<object> {
  if (typeof value !== 'object' || value === null) return false;
  return serializerMethods.every((name) => typeof Reflect.get(value, name) === 'function');
}

/** Leaves everything as it is. */
export const noOpSerializer: Serializer<object> = {
  serializeEntity: (_context, entity) => entity,
  deserializeEntity: (_context, entity) => entity,
  serializeContext: (context) => context as ContextValues,
  deserializeContext: (values) => values,
};
