import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Notifier } from '../notifier.ts';
import { notifyRequest } from './exchange-notifier.ts';
import type { RequestFacts, RequestNotificationOptions } from './request-environ.ts';

/** What Express, Connect and anything on `node:http` call for each request. */
export type RequestMiddleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: () => void,
) => void;

/**
 * Makes a middleware that notifies each request as `http.request`, and what was answered, or that the
 * connection was gone before it was, as `http.response`; what oslo.messaging's `RequestNotifier` sends.
 *
 * Express: `app.use(requestMiddleware(notifier))`. Fastify, in an `onRequest` hook:
 * `middleware(request.raw, reply.raw, done)`. No request waits for it, or fails for it.
 */
export function requestMiddleware(
  notifier: Notifier,
  options: RequestNotificationOptions = {},
): RequestMiddleware {
  return (req, res, next) => {
    const notifyEnd = notifyRequest(notifier, factsOf(req), options);
    res.once('close', () => {
      notifyEnd(
        res.writableFinished
          ? {
              status: `${res.statusCode} ${res.statusMessage ?? ''}`.trim(),
              headers: flattened(res.getHeaders()),
            }
          : { error: new Error('the connection was closed before the response was sent') },
      );
    });
    next();
  };
}

function factsOf(req: IncomingMessage): RequestFacts {
  const isSecure = (req.socket as Partial<TLSSocket>).encrypted === true;
  return {
    method: req.method ?? '',
    url: originalUrl(req),
    protocol: `HTTP/${req.httpVersion}`,
    scheme: isSecure ? 'https' : 'http',
    headers: flattened(req.headers),
    remoteAddress: req.socket.remoteAddress,
  };
}

/** Express takes the path of a router off `url`, and keeps the whole here. */
function originalUrl(req: IncomingMessage): string {
  const whole = 'originalUrl' in req ? req.originalUrl : undefined;
  return typeof whole === 'string' ? whole : (req.url ?? '');
}

function flattened(headers: OutgoingHttpHeaders): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : String(value)]],
  );
}
