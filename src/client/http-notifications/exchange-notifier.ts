import type { Notifier } from '../notifier.ts';
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
        ? { exception: { value: String(end.error), traceback: stackOf(end.error) } }
        : {
            response: {
              status: end.status,
              headers: safeHeaders(end.headers, sensitiveHeaders),
            },
          };
    tell(notifier.info({}, 'http.response', { request, ...outcome }));
  };
}

function stackOf(error: unknown): readonly string[] {
  return error instanceof Error ? (error.stack?.split('\n').slice(1) ?? []) : [];
}

/** The notifier has logged what could not be sent; a request must not fail for it. */
function tell(sent: Promise<void>): void {
  sent.catch(() => {});
}
