import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedMessage } from '../../src/errors.ts';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { decodeNotification, encodeNotification } from '../../src/wire/notification.ts';
import { pythonTimestamp } from '../../src/wire/python-timestamp.ts';
import { captures } from './captures.ts';

const v1 = { format: '1.0' } as const;
const v2 = { format: '2.0' } as const;
const notifications = captures('notification-');

/** Each capture that there is, by case; both of oslo.messaging's versions sent every one. */
const cases = [
  'notification-v1-context',
  'notification-v1-datetime',
  'notification-v1-info',
  'notification-v2-audit',
  'notification-v2-datetime',
  'notification-v2-error-context',
  'notification-v2-info',
  'notification-v2-nopublisher',
  'notification-v2-requestcontext',
  'notification-v2-sample',
];

test('the captures are there, none left out', () => {
  const files = cases.flatMap((name) => [`${name}.v14.json`, `${name}.v2026.json`]);
  expect(notifications.map(({ file }) => file)).toEqual(files);
});

describe('captured notifications', () => {
  test.each(notifications)('$file is decoded to the fields of its message', (capture) => {
    const { body, message } = capture;
    const context = Object.entries(message).filter(([key]) => key.startsWith('_context_'));
    const notification = decodeNotification(body);
    expect(notification).toEqual({
      messageId: message['message_id'],
      publisherId: message['publisher_id'],
      eventType: message['event_type'],
      priority: message['priority'],
      payload: message['payload'],
      timestamp: message['timestamp'],
      uniqueId: message['_unique_id'],
      context: Object.fromEntries(
        context.map(([key, value]) => [key.replace('_context_', ''), value]),
      ),
    });
    expect(Object.getPrototypeOf(notification.context)).toBeNull();
  });

  test.each(notifications)('$file is encoded again to the same message', (capture) => {
    const { file, body, message } = capture;
    const format = file.startsWith('notification-v1') ? '1.0' : '2.0';
    const again = encodeNotification(decodeNotification(body), { format });
    // The text: objects that are equal may still differ in the order of their keys.
    expect(JSON.stringify(openEnvelope(again))).toBe(JSON.stringify(message));
    const outer = JSON.parse(again.toString());
    expect(Object.keys(outer)).toEqual(Object.keys(JSON.parse(body.toString())));
  });
});

describe('encodeNotification', () => {
  const notification = {
    context: { user: 'alice' },
    uniqueId: 'u',
    timestamp: '2026-11-22 22:53:06',
    payload: undefined,
    priority: 'INFO',
    eventType: 'e',
    publisherId: null,
    messageId: 'm',
  };

  test('the order of keys is that of oslo.messaging', () => {
    expect(Object.entries(JSON.parse(String(encodeNotification(notification, v1))))).toEqual([
      ['message_id', 'm'],
      ['publisher_id', null],
      ['event_type', 'e'],
      ['priority', 'INFO'],
      ['payload', null],
      ['timestamp', '2026-11-22 22:53:06'],
      ['_unique_id', 'u'],
      ['_context_user', 'alice'],
    ]);
  });

  test.each([v1, v2])('a payload that cannot be sent is an error here, in format %o', (format) => {
    const payload = { data: new Uint8Array(1) };
    expect(() => encodeNotification({ ...notification, payload }, format)).toThrow(TypeError);
  });

  test('what is encoded is decoded to the same notification', () => {
    const json = fc
      .jsonValue()
      .map((value): unknown => JSON.parse(JSON.stringify(value)))
      .filter((value) => !/__proto__|\d{16}/.test(JSON.stringify(value)));
    const text = fc.option(fc.string(), { nil: null });
    const original = fc.record({
      messageId: text,
      publisherId: text,
      eventType: text,
      timestamp: text,
      priority: json,
      payload: json,
      context: fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        json,
      ),
      uniqueId: fc.option(fc.uuid(), { nil: undefined }),
    });
    fc.assert(
      fc.property(original, fc.constantFrom(v1, v2), (one, format) => {
        expect(decodeNotification(encodeNotification(one, format))).toEqual(one);
      }),
    );
  });
});

describe('decodeNotification', () => {
  const nothing = {
    messageId: null,
    publisherId: null,
    eventType: null,
    payload: null,
    timestamp: null,
    context: {},
    uniqueId: undefined,
  };
  const received = (message: object) => decodeNotification(Buffer.from(JSON.stringify(message)));

  test('what is absent, or no text where text belongs, is null', () => {
    expect(received({})).toEqual({ ...nothing, priority: undefined });
    expect(
      received({ message_id: 5, publisher_id: ['a'], event_type: {}, timestamp: 1, priority: 5 }),
    ).toEqual({ ...nothing, priority: 5 });
    expect(received({ priority: null }).priority).toBeNull();
  });

  test('keys that it does not know are ignored', () => {
    const notification = received({ method: 'm', contextual: 1, event_type: 'e', _context_a: 1 });
    expect(notification).toEqual({ ...nothing, eventType: 'e', context: { a: 1 } });
  });

  test('a body that is no message, is too large or has a prototype in it, is malformed', () => {
    expect(() => decodeNotification(Buffer.from('[]'))).toThrow(MalformedMessage);
    expect(() => received({ 'oslo.version': '3.0', 'oslo.message': '{}' })).toThrow('version');
    expect(() => received({ _context___proto__: {} })).toThrow(MalformedMessage);
    const limits = { maxBodyBytes: 10, maxDepth: 3 };
    expect(() => decodeNotification(Buffer.alloc(11, ' '), { limits })).toThrow('11 bytes');
    expect(() => decodeNotification(Buffer.from('[[[[]]]]'), { limits })).toThrow('nested');
  });
});

test.each([
  ['2026-11-22T22:53:06.794Z', '2026-11-22 22:53:06.794000'],
  ['2026-11-22T22:53:06.000Z', '2026-11-22 22:53:06'],
  ['2026-01-01T00:00:00.000Z', '2026-01-01 00:00:00'],
])('the time %s is written as Python writes it', (iso, written) => {
  expect(pythonTimestamp(new Date(iso))).toBe(written);
});
