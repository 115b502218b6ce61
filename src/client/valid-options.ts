import { InvalidOptionError } from '../errors.ts';
import { isSerializer, noOpSerializer, type Serializer, serializerMethods } from '../serializer.ts';

/** How long a client waits where nothing else is said. */
export const defaultTimeoutMs = 60_000;

/** Without what was left open. */
export function given<O extends object>(options: O): { [K in keyof O]?: Exclude<O[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof O]?: Exclude<O[K], undefined> };
}

/** @throws {@link InvalidOptionError} unless it is a positive number of milliseconds. */
export function validTimeout(name: string, ms: number): number {
  if (Number.isFinite(ms) && ms > 0) return ms;
  throw new InvalidOptionError(`${name} must be a positive number of milliseconds, not ${ms}`);
}

/** @throws {@link InvalidOptionError} unless it has the methods of one; the default has. */
export function validSerializer(
  serializer: Serializer<object> = noOpSerializer,
): Serializer<object> {
  if (isSerializer(serializer)) return serializer;
  throw new InvalidOptionError(`serializer must have the methods ${serializerMethods.join(', ')}`);
}

/** @throws {@link InvalidOptionError} unless it is a whole number of at least -1. */
export function validRetry(retry = -1): void {
  if (Number.isInteger(retry) && retry >= -1) return;
  throw new InvalidOptionError(`retry must be a whole number of at least -1, not ${retry}`);
}

/** oslo.messaging's `retry` in the words of the driver: -1 is no limit. */
export function retryLimit(retry = -1): number | undefined {
  return retry < 0 ? undefined : retry;
}
