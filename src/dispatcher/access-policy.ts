/**
 * Decides whether a method of an endpoint may be called from outside.
 *
 * It narrows what the endpoint exposes and can never widen it. A caller can't tell a method that it
 * may not call from one that does not exist. Source: oslo-wire.md 7.
 */
export type AccessPolicy = (endpoint: object, method: string) => boolean;

/** Allows every method whose name does not start with `_`; oslo.messaging's default. */
export function defaultAccessPolicy(_endpoint: object, method: string): boolean {
  return !method.startsWith('_');
}
