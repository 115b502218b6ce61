import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/**
 * Where the fixtures are read: by what their names begin with, the test that takes all such files, or
 * the module that it takes them from.
 */
const readers: Record<string, string> = {
  'injection-client.v14.json': 'wire/reply.test.ts',
  'injection-client.v2026.json': 'wire/reply.test.ts',
  'injection-server.v14.json': 'dispatcher/injection-server.test.ts',
  'injection-server.v2026.json': 'dispatcher/injection-server.test.ts',
  'notification-': 'wire/notification.test.ts',
  'old-reply-': 'wire/captures.test.ts',
  'old-request-': 'wire/captures.test.ts',
  'reply-': 'wire/captures.test.ts',
  'request-': 'wire/captures.test.ts',
  'topology-': 'driver/captured-topology.ts',
  'value-encoding': 'wire/other-captures.test.ts',
};

const tests = new URL('../', import.meta.url);
const files = readdirSync(new URL('fixtures/', tests));

test('every fixture is read by a test', () => {
  const beginnings = Object.keys(readers);
  const unread = files.filter(
    (file) => !beginnings.some((beginning) => file.startsWith(beginning)),
  );
  expect(unread).toEqual([]);
});

test.each(Object.entries(readers))(
  'those that begin with %s are read by %s',
  (beginning, reader) => {
    expect(files.filter((file) => file.startsWith(beginning))).not.toEqual([]);
    const source = readFileSync(new URL(reader, tests), 'utf8');
    expect(source).toContain(`'${beginning}`);
  },
);
