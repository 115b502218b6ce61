import { MalformedMessage } from '../errors.ts';

const contextPrefix = '_context_';

/** Puts a context into a message: each key with the wire's prefix. Source: oslo-wire.md 6. */
export function addContext(
  message: Record<string, unknown>,
  context: Readonly<Record<string, unknown>>,
): void {
  for (const key of Object.keys(context)) message[`${contextPrefix}${key}`] = context[key];
}

/**
 * Collects the context of a message; the result has no prototype, for its keys are whatever the peer sent.
 *
 * @throws {@link MalformedMessage} when it has the key `__proto__`.
 */
export function contextOf(message: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const context: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(message)) {
    if (!key.startsWith(contextPrefix)) continue;
    const name = key.slice(contextPrefix.length);
    if (name === '__proto__') throw new MalformedMessage('context has the key __proto__');
    context[name] = message[key];
  }
  return context;
}
