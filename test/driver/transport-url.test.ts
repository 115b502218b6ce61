import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatTransportUrl,
  parseTransportUrl,
  type TransportHost,
  type TransportUrl,
} from '../../src/driver/transport-url.ts';
import { InvalidTransportURL } from '../../src/errors.ts';

const localhost: TransportHost = {
  hostname: 'localhost',
  port: 5672,
  username: 'guest',
  password: 'guest',
};

describe('parseTransportUrl', () => {
  it.each<[url: string, scheme: TransportUrl['scheme'], tls: boolean, port: number | undefined]>([
    ['rabbit://localhost/', 'rabbit', false, 5672],
    ['kombu://localhost/', 'rabbit', false, 5672],
    ['amqp://localhost/', 'rabbit', false, 5672],
    ['amqps://localhost/', 'rabbit', true, 5671],
    ['RABBIT://localhost/', 'rabbit', false, 5672],
    ['memory://', 'memory', false, undefined],
  ])('reads the scheme and its port: %s', (url, scheme, tls, port) => {
    expect(parseTransportUrl(url)).toMatchObject({ scheme, tls });
    expect(parseTransportUrl(url).hosts[0]?.port).toBe(port);
  });

  it.each<[url: string, hosts: Partial<TransportHost>[]]>([
    ['rabbit://', [localhost]],
    ['rabbit:///', [localhost]],
    ['rabbit:///foo', [localhost]],
    ['rabbit://?a=b', [localhost]],
    ['rabbit://a', [{ ...localhost, hostname: 'a' }]],
    ['rabbit://a:1', [{ ...localhost, hostname: 'a', port: 1 }]],
    ['rabbit://a:/', [{ ...localhost, hostname: 'a' }]],
    ['rabbit://:65535', [{ ...localhost, port: 65_535 }]],
    [
      'rabbit://my_broker.example-1:1',
      [{ ...localhost, hostname: 'my_broker.example-1', port: 1 }],
    ],
    ['rabbit://bröker', [{ ...localhost, hostname: 'bröker' }]],
    ['rabbit://u:p@a:1', [{ hostname: 'a', port: 1, username: 'u', password: 'p' }]],
    ['rabbit://u:p@', [{ ...localhost, username: 'u', password: 'p' }]],
    ['rabbit://u@a', [{ hostname: 'a', port: 5672, username: 'u', password: '' }]],
    ['rabbit://u:@a', [{ hostname: 'a', port: 5672, username: 'u', password: '' }]],
    ['rabbit://u:p:q@a', [{ hostname: 'a', port: 5672, username: 'u', password: 'p:q' }]],
    ['rabbit://u:p@q@a', [{ hostname: 'a', port: 5672, username: 'u', password: 'p@q' }]],
    [
      'rabbit://u%40d:%2F%3F%23%2C%25%3A%40@a',
      [{ hostname: 'a', port: 5672, username: 'u@d', password: '/?#,%:@' }],
    ],
    ['rabbit://[::1]', [{ ...localhost, hostname: '::1' }]],
    ['rabbit://u:p@[fe80::1]:1', [{ hostname: 'fe80::1', port: 1, username: 'u', password: 'p' }]],
    [
      'rabbit://u:p@a:1,v:q@[::1]:2,c',
      [
        { hostname: 'a', port: 1, username: 'u', password: 'p' },
        { hostname: '::1', port: 2, username: 'v', password: 'q' },
        { ...localhost, hostname: 'c' },
      ],
    ],
    ['rabbit://a,,b,', [{ hostname: 'a' }, { hostname: 'b' }]],
    ['memory://', []],
    ['memory:///foo', []],
    ['memory://one', [{ hostname: 'one', port: 0, username: '', password: '' }]],
  ])('reads the hosts: %s', (url, hosts) => {
    expect(parseTransportUrl(url).hosts).toMatchObject(hosts);
    expect(parseTransportUrl(url).hosts).toHaveLength(hosts.length);
  });

  it.each([
    ['rabbit://a', '/'],
    ['rabbit://a/', '/'],
    ['rabbit://a//', '/'],
    ['rabbit://a/%2F', '/'],
    ['rabbit://a/%2f', '/'],
    ['rabbit://a/foo', 'foo'],
    ['rabbit://a//foo', '/foo'],
    ['rabbit://a/foo/bar', 'foo/bar'],
    ['rabbit://a/foo%20%40%3F', 'foo @?'],
    ['rabbit://a?b=c', '/'],
    ['rabbit://a/foo?b=/c', 'foo'],
    ['memory://a/foo', 'foo'],
  ])('reads the virtual host: %s', (url, virtualHost) => {
    expect(parseTransportUrl(url).virtualHost).toBe(virtualHost);
  });

  it.each<[url: string, query: Record<string, string>]>([
    ['rabbit://a', {}],
    ['rabbit://a/?', {}],
    ['rabbit://a/?&&', {}],
    ['rabbit://a/?b=c', { b: 'c' }],
    ['rabbit://a?b=c&d=e', { b: 'c', d: 'e' }],
    ['rabbit://a/?b=first&b=second', { b: 'first' }],
    ['rabbit://a/?b=&b=second', { b: '' }],
    ['rabbit://a/?b', { b: '' }],
    ['rabbit://a/?b=c=d?e/f', { b: 'c=d?e/f' }],
    ['rabbit://a/?b+c=%64+e%2B%40', { 'b c': 'd e+@' }],
    ['rabbit://a/?__proto__=b&constructor=c', { ['__proto__']: 'b', constructor: 'c' }],
  ])('reads the query: %s', (url, query) => {
    const read = parseTransportUrl(url).query;
    expect(Object.entries(read)).toEqual(Object.entries(query));
    expect(Object.getPrototypeOf(read)).toBeNull();
  });

  it.each([
    ['', /no scheme; it begins with rabbit:\/\/, .*amqps:\/\/, memory:\/\/$/],
    ['localhost:5672', /no scheme/],
    ['://localhost', /no scheme/],
    ['rabit://localhost', /unknown scheme; .* - did you mean rabbit:\/\/\?$/],
    ['rabbits://localhost', /did you mean rabbit:/],
    ['ampq://localhost', /did you mean amqp:/],
    ['kafka://localhost', /unknown scheme; .*memory:\/\/$/],
    ['rabbit://a b', /white space or a control character at position 10/],
    ['rabbit://a/\n', /at position 11/],
    ['rabbit://a/\ud800', /at position 11/],
    ['rabbit://a/#b', /a '#' at position 11/],
    ['rabbit://a:b', /host 1: the port is not a number from 1 to 65535/],
    ['rabbit://a,b:0', /host 2: the port/],
    ['rabbit://a:65536', /host 1: the port/],
    ['rabbit://a:-1', /host 1: the port/],
    ['rabbit://a:1e3', /host 1: the port/],
    ['rabbit://a:123456', /host 1: the port/],
    ['rabbit://::1', /host 1: too many colons; an IPv6 address needs brackets/],
    ['rabbit://[::1', /host 1: no IPv6 address in the brackets/],
    ['rabbit://[a]', /host 1: no IPv6 address in the brackets/],
    ['rabbit://[::1]a', /host 1: text after the brackets/],
    ['rabbit://a%20b', /host 1: not a host name or an address/],
    ['rabbit://a,b!', /host 2: not a host name/],
    ['rabbit://@a', /host 1: the user is empty/],
    ['rabbit://:p@a', /host 1: the user is empty/],
    ['rabbit://u%:p@a', /host 1: the user has a malformed percent-escape/],
    ['rabbit://a,u:%zz@b', /host 2: the password has a malformed percent-escape/],
    ['rabbit://a/%ff', /the virtual host has a malformed percent-escape/],
    ['rabbit://a/?b=c&d=%e0', /query parameter 2 has a malformed percent-escape/],
    ['rabbit://u:1/2@a/', /an '@' after the hosts/],
    ['rabbit://u:1?2@a/', /an '@' after the hosts/],
    ['memory://u:p@a', /memory:\/\/ takes one name/],
    ['memory://a:1', /memory:\/\/ takes one name/],
    ['memory://a,b', /memory:\/\/ takes one name/],
    ['memory://a!', /the name: not a host name/],
  ])('refuses %j', (url, message) => {
    expect(() => parseTransportUrl(url)).toThrow(InvalidTransportURL);
    expect(() => parseTransportUrl(url)).toThrow(message);
  });

  it.each(['a', ',', '@', ':', '/', '?', '&', '=', '%', '[', '#', '://', 'a:', '%41', ' '])(
    'takes time linear in the length: %j',
    (text) => {
      const long = text.repeat(1_000_000 / text.length);
      const started = performance.now();
      for (const url of [`rabbit://${long}`, `rabbit://a/?${long}`, long, `${long}://a`]) {
        try {
          parseTransportUrl(url);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidTransportURL);
        }
      }
      expect(performance.now() - started).toBeLessThan(3_000);
    },
  );
});

describe('formatTransportUrl', () => {
  it.each([
    ['rabbit://', 'rabbit://guest:***@localhost:5672/'],
    ['kombu://u:p@a:1/foo', 'rabbit://u:***@a:1/foo'],
    ['amqps://u:p@a,v:q@[::1]', 'amqps://u:***@a:5671,v:***@[::1]:5671/'],
    ['rabbit://u%40d:p%2F@a//foo', 'rabbit://u%40d:***@a:5672/%2Ffoo'],
    ['rabbit://a/?b=c%20d&ssl_key_password=p', /\/\?b=c%20d&ssl_key_password=\*\*\*$/],
    ['memory://', 'memory:///'],
    ['memory://one/foo?a=b', 'memory://one/foo?a=b'],
  ])('prints %s without its passwords', (url, printed) => {
    expect(formatTransportUrl(parseTransportUrl(url))).toMatch(printed);
  });

  it('prints what reads the same but for the passwords', () => {
    fc.assert(
      fc.property(transportUrl, (url) => {
        expect(parseTransportUrl(formatTransportUrl(url))).toEqual(masked(url));
      }),
    );
  });
});

describe('a password', () => {
  const canary = 'Canary7';

  it('is never printed', () => {
    fc.assert(
      fc.property(transportUrl, fc.string(), (url, text) => {
        const password = `${text}${canary}`;
        const secret = { ...url, hosts: url.hosts.map((host) => ({ ...host, password })) };
        expect(formatTransportUrl(secret)).not.toContain(canary);
      }),
    );
  });

  it('is in no error, wherever it stands and whatever is wrong', () => {
    const junk = fc.string({
      unit: fc.constantFrom(...'://?#@,[]%&= \n', 'a', '1', 'rabbit', '\ud800'),
    });
    fc.assert(
      fc.property(junk, junk, fc.boolean(), (before, after, isWhole) => {
        const url = `${isWhole ? '' : 'rabbit://user:'}${before}${canary}${after}`;
        try {
          parseTransportUrl(url);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidTransportURL);
          expect(inspect(error, { depth: null })).not.toContain(canary);
          expect(String((error as Error).stack)).not.toContain(canary);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function masked(url: TransportUrl): TransportUrl {
  if (url.scheme === 'memory') return url;
  return { ...url, hosts: url.hosts.map((host) => ({ ...host, password: '***' })) };
}

const text = fc.string({ unit: 'binary', minLength: 1 });
const hostname = fc.oneof(
  fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/),
  fc.ipV6().filter((address) => !address.includes('.')),
);
const host = fc.record({
  hostname,
  port: fc.integer({ min: 1, max: 65_535 }),
  username: text,
  password: fc.string({ unit: 'binary' }),
});
const query = fc.dictionary(
  text.filter((name) => !/pass|secret|token/i.test(name)),
  fc.string({ unit: 'binary' }),
  { noNullPrototype: false },
);

const rabbitUrl: fc.Arbitrary<TransportUrl> = fc.record({
  scheme: fc.constant('rabbit' as const),
  tls: fc.boolean(),
  hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
  virtualHost: text,
  query,
});
const memoryUrl: fc.Arbitrary<TransportUrl> = fc.record({
  scheme: fc.constant('memory' as const),
  tls: fc.constant(false),
  hosts: fc.array(
    fc.record({
      hostname: fc.stringMatching(/^[a-z0-9._-]{1,20}$/),
      port: fc.constant(0),
      username: fc.constant(''),
      password: fc.constant(''),
    }),
    { maxLength: 1 },
  ),
  virtualHost: text,
  query,
});
const transportUrl = fc.oneof(rabbitUrl, memoryUrl);
