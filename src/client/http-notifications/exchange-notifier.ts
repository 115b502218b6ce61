import { shownValue } from '../../log.ts';
import type { Notifier } from '../notifier.ts';
import { tell } from '../tell.ts';
import {
  environOf,
  type RequestFacts,
  type RequestNotificationOptions,
  safeHeaders,
} from './request-environ.ts';

/** What came of a request. */
export type ExchangeEnd =
  | {
      /** Such as `200 OK`. */
      readonly status: string;
      readonly headers: Iterable<readonly [name: string, value: string]>;
    }
  | { readonly error: unknown };

/**
 * Notifies a request, unless its method is to be ignored.
 *
 * @returns What notifies its end; not to be waited for.
 */
export function notifyRequest(
  notifier: Notifier,
  facts: RequestFacts,
  options: RequestNotificationOptions,
): (end: ExchangeEnd) => void {
  const { ignoreMethods = [], sensitiveHeaders } = options;
  const method = facts.method.toUpperCase();
  if (ignoreMethods.some((ignored) => ignored.toUpperCase() === method)) return () => {};
  const request = environOf(facts, options);
  tell(notifier.info({}, 'http.request', { request }));
  return (end) => {
    const outcome =
      'error' in end
        ? { exception: { value: textOf(end.error), traceback: stackOf(end.error) } }
        : {
            response: {
              status: end.status,
              headers: safeHeaders(end.headers, sensitiveHeaders),
            },
          };
    tell(notifier.info({}, 'http.response', { request, ...outcome }));
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? String(error) : shownValue(error);
}

function stackOf(error: unknown): readonly string[] {
  return error instanceof Error ? (error.stack?.split('\n').slice(1) ?? []) : [];
}
