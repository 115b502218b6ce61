import { isSecretName, masked, maskQuery } from '../mask-secrets.ts';

/** A request as any kind of server has it. */
export interface RequestFacts {
  readonly method: string;
  /** Path and query, as they stood in the request. */
  readonly url: string;
  /** Such as `HTTP/1.1`. */
  readonly protocol: string;
  readonly scheme: 'http' | 'https';
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly remoteAddress?: string | undefined;
}

/** How requests are notified. */
export interface RequestNotificationOptions {
  /** Sent as `HTTP_X_SERVICE_NAME` (oslo.messaging's `service_name`). @default the request's host */
  readonly serviceName?: string;
  /** Methods that are not notified, in any case (`ignore_req_list`). @default none */
  readonly ignoreMethods?: readonly string[];
  /** Further headers that are masked, in any case. @default none */
  readonly sensitiveHeaders?: readonly string[];
}

const schemePorts = { http: '80', https: '443' } as const;
/** Their values are URLs, whose queries may have secrets in them. */
const urlHeaders = /^(referer|location|content-location|x-original-url|x-forwarded-uri)$/i;

/**
 * Describes a request by the upper-case names of a WSGI environment, which is what oslo.messaging's
 * middleware sends. Headers and query parameters that have the name of a secret (`authorization`,
 * `cookie`, `x-auth-token` …) are masked.
 */
export function environOf(
  { method, url, protocol, scheme, headers, remoteAddress }: RequestFacts,
  { serviceName, sensitiveHeaders }: RequestNotificationOptions,
): Readonly<Record<string, string>> {
  const [path = '', query = ''] = splitOnce(url, '?');
  const given = safeHeaders(headers, sensitiveHeaders);
  const host = given['host'] ?? '';
  const [, hostname = host, port = schemePorts[scheme]] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return {
    REQUEST_METHOD: method,
    SCRIPT_NAME: '',
    PATH_INFO: decoded(path),
    QUERY_STRING: maskQuery(query),
    SERVER_NAME: hostname,
    SERVER_PORT: port,
    SERVER_PROTOCOL: protocol,
    ...(remoteAddress !== undefined && { REMOTE_ADDR: remoteAddress }),
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [environName(name), value])),
    HTTP_X_SERVICE_NAME: serviceName ?? host,
  };
}

/** Headers by their names in lower case, with those masked that nobody else should see. */
export function safeHeaders(
  headers: Iterable<readonly [name: string, value: string]>,
  sensitive: readonly string[] = [],
): Record<string, string> {
  const more = new Set(sensitive.map((name) => name.toLowerCase()));
  const safe: Record<string, string> = Object.create(null);
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    const isSecret = more.has(name) || isSecretName(name);
    safe[name] = isSecret ? masked : urlHeaders.test(name) ? maskQuery(value) : value;
  }
  return safe;
}

function environName(header: string): string {
  const name = header.toUpperCase().replaceAll('-', '_');
  return name === 'CONTENT_TYPE' || name === 'CONTENT_LENGTH' ? name : `HTTP_${name}`;
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** As WSGI has it; what is not percent-encoded properly stays as it came. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
