import type { Notifier } from '../notifier.ts';
import { notifyRequest } from './exchange-notifier.ts';
import type { RequestNotificationOptions } from './request-environ.ts';

/** A handler as fetch has it; what else the server passes is passed on. */
export type FetchHandler<More extends readonly unknown[]> = (
  request: Request,
  ...more: More
) => Response | Promise<Response>;

/**
 * Wraps a Fetch-style handler so that each request is notified as `http.request`, and its response, or
 * the error that the handler throws, as `http.response`; what oslo.messaging's `RequestNotifier` sends.
 *
 * The handler does not wait for them, and never fails for them.
 */
export function notifyRequests<More extends readonly unknown[]>(
  handler: FetchHandler<More>,
  notifier: Notifier,
  options: RequestNotificationOptions = {},
): (request: Request, ...more: More) => Promise<Response> {
  return async (request, ...more) => {
    const { pathname, search, host, protocol } = new URL(request.url);
    const scheme = protocol === 'https:' ? 'https' : 'http';
    const headers = new Headers(request.headers);
    // A server's request may have it in its URL only.
    if (!headers.has('host')) headers.set('host', host);
    const facts = {
      method: request.method,
      url: pathname + search,
      protocol: 'HTTP/1.1',
      scheme,
      headers,
    } as const;
    const notifyEnd = notifyRequest(notifier, facts, options);
    try {
      const response = await handler(request, ...more);
      const status = `${response.status} ${response.statusText}`.trim();
      notifyEnd({ status, headers: response.headers });
      return response;
    } catch (error) {
      notifyEnd({ error });
      throw error;
    }
  };
}
