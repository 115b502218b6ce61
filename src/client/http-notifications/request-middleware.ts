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
    const writtenHeaders = watchWriteHead(res);
    res.once('close', () => {
      notifyEnd(
        res.writableFinished
          ? {
              status: `${res.statusCode} ${res.statusMessage ?? ''}`.trim(),
              headers: [...flattened(res.getHeaders()), ...writtenHeaders()],
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

/** Node does not keep the headers that are handed to `writeHead` alone, as Fastify does. */
function watchWriteHead(res: ServerResponse): () => readonly [string, string][] {
  const { writeHead } = res;
  let written: readonly [string, string][] = [];
  const watching = (...args: readonly unknown[]): ServerResponse => {
    const headers = args.at(-1);
    if (typeof headers === 'object' && headers !== null) written = writtenPairs(headers);
    return Reflect.apply(writeHead, res, args);
  };
  // The arguments are passed on as they are, so that every overload holds.
  res.writeHead = watching as typeof writeHead;
  return () => written;
}

/** An object, or a list of names and values by turns. */
function writtenPairs(headers: object): [string, string][] {
  if (!Array.isArray(headers)) return flattened(headers as OutgoingHttpHeaders);
  return headers.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[String(name), String(headers[at + 1])]] : [],
  );
}

function flattened(headers: OutgoingHttpHeaders): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : String(value)]],
  );
}
