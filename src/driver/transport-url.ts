import { isIPv6 } from 'node:net';
import { distance } from 'fastest-levenshtein';
import { InvalidTransportURL } from '../errors.ts';

/** Which broker to talk to and how, as read from a transport URL. It holds passwords: never log it. */
export interface TransportUrl {
  readonly scheme: 'rabbit' | 'memory';
  /** Whether every connection is made over TLS (`amqps://`). */
  readonly tls: boolean;
  /** The hosts to try, in the order written; a `memory` URL has at most one, its broker's name. */
  readonly hosts: readonly TransportHost[];
  /** The virtual host, decoded; `/` when the URL names none. */
  readonly virtualHost: string;
  /** What stood behind the `?`, decoded but not interpreted, in an object without a prototype. */
  readonly query: Readonly<Record<string, string>>;
}

/** One host of a transport URL, with the credentials to be used there. */
export interface TransportHost {
  /** A name or an address, IPv6 without its brackets. */
  readonly hostname: string;
  /** A TCP port; 0 in a `memory` URL. */
  readonly port: number;
  /** Empty in a `memory` URL. */
  readonly username: string;
  /** Empty in a `memory` URL, and when only a user was given. */
  readonly password: string;
}

type Scheme = Pick<TransportUrl, 'scheme' | 'tls'> & { readonly defaultPort: number };

const schemes: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['rabbit', { scheme: 'rabbit', tls: false, defaultPort: 5672 }],
  ['kombu', { scheme: 'rabbit', tls: false, defaultPort: 5672 }],
  ['amqp', { scheme: 'rabbit', tls: false, defaultPort: 5672 }],
  ['amqps', { scheme: 'rabbit', tls: true, defaultPort: 5671 }],
  ['memory', { scheme: 'memory', tls: false, defaultPort: 0 }],
]);

/**
 * Reads a transport URL as oslo.messaging writes it:
 * `rabbit://user:password@host1:port1,user:password@host2:port2/virtual_host?query`.
 *
 * `kombu` and `amqp` mean `rabbit`, `amqps` is `rabbit` over TLS, `memory://name` is a broker inside
 * this process. User, password and virtual host are percent-decoded; a host without credentials gets
 * guest/guest, one without a port 5672 (`amqps`: 5671), and no host at all is localhost. Of a query
 * key given twice the first value counts. Source: oslo-wire.md 17.
 *
 * The parser is its own because WHATWG's knows no list of hosts and puts a bad URL, password and
 * all, on its error. It takes time linear in the length of the URL.
 *
 * @throws {@link InvalidTransportURL} saying which part is wrong, without repeating any of it.
 */
export function parseTransportUrl(url: string): TransportUrl {
  const { scheme, tls, defaultPort } = readScheme(url);
  refuseForeignCharacters(url);
  const { authority, path, query } = divide(url.slice(url.indexOf('://') + 3));
  const hosts = authority.split(',').filter((host) => host !== '');
  return {
    scheme,
    tls,
    hosts: scheme === 'memory' ? readBrokerName(hosts) : readHosts(hosts, defaultPort),
    virtualHost: decode(path.slice(1), 'the virtual host') || '/',
    query: readQuery(query),
  };
}

/** Prints a transport URL for people and logs: every password is shown as `***`. */
export function formatTransportUrl(url: TransportUrl): string {
  const isMemory = url.scheme === 'memory';
  const scheme = url.tls ? 'amqps' : url.scheme;
  const hosts = url.hosts.map((host) => (isMemory ? host.hostname : formatHost(host))).join(',');
  const path = url.virtualHost === '/' ? '' : encodeURIComponent(url.virtualHost);
  const query = Object.entries(url.query).map(formatParameter).join('&');
  return `${scheme}://${hosts}/${path}${query && `?${query}`}`;
}

function readScheme(url: string): Scheme {
  const end = url.indexOf('://');
  if (end < 1) throw invalid(`no scheme; it begins with ${listed()}`);
  const name = url.slice(0, end).toLowerCase();
  const known = schemes.get(name);
  if (known !== undefined) return known;
  // What stands there may be no scheme but a secret, so it is only ever compared.
  const nearest = [...schemes.keys()].find((other) => end < 20 && distance(name, other) <= 2);
  throw invalid(
    `unknown scheme; it begins with ${listed()}${nearest ? ` - did you mean ${nearest}://?` : ''}`,
  );
}

function listed(): string {
  return [...schemes.keys()].map((scheme) => `${scheme}://`).join(', ');
}

function refuseForeignCharacters(url: string): void {
  const position = url.search(/[\s\p{Cc}\p{Cs}#]/u);
  if (position === -1) return;
  const what = url[position] === '#' ? "a '#'" : 'white space or a control character';
  throw invalid(`${what} at position ${position}; percent-encode it if it belongs there`);
}

function divide(rest: string): { authority: string; path: string; query: string } {
  const authority = untilFirst(rest, /[/?]/);
  const path = untilFirst(rest.slice(authority.length), /\?/);
  const query = rest.slice(authority.length + path.length + 1);
  if (path.includes('@') || query.includes('@')) {
    // Taken as it stands, the end of a password would pass for a virtual host and be shown.
    throw invalid("an '@' after the hosts; write %40, or percent-encode '/' and '?' in a password");
  }
  return { authority, path, query };
}

function untilFirst(text: string, separator: RegExp): string {
  const end = text.search(separator);
  return end === -1 ? text : text.slice(0, end);
}

function readBrokerName(hosts: readonly string[]): readonly TransportHost[] {
  const [name, ...others] = hosts;
  if (name === undefined) return [];
  if (others.length > 0 || name.includes('@') || name.includes(':')) {
    throw invalid('memory:// takes one name, and no user, password or port');
  }
  checkHostname(name, 'the name');
  return [{ hostname: name, port: 0, username: '', password: '' }];
}

function readHosts(hosts: readonly string[], defaultPort: number): readonly TransportHost[] {
  if (hosts.length === 0) return [readHost('', 'host 1', defaultPort)];
  return hosts.map((text, index) => readHost(text, `host ${index + 1}`, defaultPort));
}

function readHost(text: string, part: string, defaultPort: number): TransportHost {
  const credentialsEnd = text.lastIndexOf('@');
  return {
    ...readAddress(text.slice(credentialsEnd + 1), part, defaultPort),
    ...(credentialsEnd === -1
      ? { username: 'guest', password: 'guest' }
      : readCredentials(text.slice(0, credentialsEnd), part)),
  };
}

function readAddress(
  text: string,
  part: string,
  defaultPort: number,
): Pick<TransportHost, 'hostname' | 'port'> {
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    const hostname = text.slice(1, end);
    if (end === -1 || !isIPv6(hostname)) throw invalid(`${part}: no IPv6 address in the brackets`);
    const rest = text.slice(end + 1);
    if (rest !== '' && !rest.startsWith(':')) throw invalid(`${part}: text after the brackets`);
    return { hostname, port: readPort(rest.slice(1), part, defaultPort) };
  }
  const [hostname = '', port = '', ...others] = text.split(':');
  if (others.length > 0) throw invalid(`${part}: too many colons; an IPv6 address needs brackets`);
  if (hostname !== '') checkHostname(hostname, part);
  return { hostname: hostname || 'localhost', port: readPort(port, part, defaultPort) };
}

function checkHostname(hostname: string, part: string): void {
  if (!/^[\p{L}\p{N}._-]+$/u.test(hostname))
    throw invalid(`${part}: not a host name or an address`);
}

function readPort(text: string, part: string, defaultPort: number): number {
  if (text === '') return defaultPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw invalid(
    `${part}: the port is not a number from 1 to 65535 (percent-encode '/', '?' and ',' in a password)`,
  );
}

function readCredentials(text: string, part: string): Pick<TransportHost, 'username' | 'password'> {
  const username = untilFirst(text, /:/);
  if (username === '') throw invalid(`${part}: the user is empty`);
  return {
    username: decode(username, `${part}: the user`),
    password: decode(text.slice(username.length + 1), `${part}: the password`),
  };
}

function readQuery(text: string): Readonly<Record<string, string>> {
  const query: Record<string, string> = Object.create(null);
  for (const [index, parameter] of text.split('&').entries()) {
    if (parameter === '') continue;
    const part = `query parameter ${index + 1}`;
    const name = untilFirst(parameter, /=/);
    const key = decode(name.replaceAll('+', ' '), part);
    query[key] ??= decode(parameter.slice(name.length + 1).replaceAll('+', ' '), part);
  }
  return query;
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new InvalidTransportURL(`transport URL: ${part} has a malformed percent-escape`, {
      cause,
    });
  }
}

function formatHost({ hostname, port, username }: TransportHost): string {
  const address = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `${encodeURIComponent(username)}:***@${address}:${port}`;
}

function formatParameter([name, value]: [string, string]): string {
  const shown = /pass|secret|token/i.test(name) ? '***' : encodeURIComponent(value);
  return `${encodeURIComponent(name)}=${shown}`;
}

function invalid(problem: string): InvalidTransportURL {
  return new InvalidTransportURL(`transport URL: ${problem}`);
}
