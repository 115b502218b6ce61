/** The dict that travels with a request. */
export type ContextValues = Readonly<Record<string, unknown>>;

/**
 * Turns a service's own values into such as the wire can carry, and back; oslo.messaging's `Serializer`.
 *
 * An entity is one argument, or the result. What a method throws becomes the caller's failure, and so
 * does what is thrown here.
 */
export interface Serializer {
  serializeEntity(context: ContextValues, entity: unknown): unknown;
  deserializeEntity(context: ContextValues, entity: unknown): unknown;
  serializeContext(context: ContextValues): ContextValues;
  deserializeContext(values: ContextValues): ContextValues;
}

/** Leaves everything as it is. */
export const noOpSerializer: Serializer = {
  serializeEntity: (_context, entity) => entity,
  deserializeEntity: (_context, entity) => entity,
  serializeContext: (context) => context,
  deserializeContext: (values) => values,
};
