import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { MalformedMessage } from '../../src/errors.ts';
import { uniqueIdIn } from '../../src/wire/ids.ts';
import { decodeNotification } from '../../src/wire/notification.ts';
import { decodeReply } from '../../src/wire/reply.ts';
import { decodeRequest } from '../../src/wire/request.ts';
import { captures } from './captures.ts';

const builtins = [Object, Array, Function, String, Number, Map, Promise, Error];
const namesOf = (): string =>
  JSON.stringify(builtins.map((one) => Reflect.ownKeys(one.prototype).map(String)));
const before = namesOf();
afterEach(() => {
  expect(namesOf()).toBe(before);
});

/** Decodes in every way; whatever goes wrong must be called malformed. */
function decodeAll(body: Uint8Array): void {
  for (const decode of [decodeRequest, decodeReply, decodeNotification]) {
    try {
      decode(body);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
    }
  }
  uniqueIdIn(body);
}

describe('malformed input throws nothing but MalformedMessage', () => {
  test('random bytes', () => {
    expect(() =>
      fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodeAll), { numRuns: 2000 }),
    ).not.toThrow();
  });

  test('random JSON, bare and in an envelope of any version', () => {
    const message = fc.oneof(fc.json(), fc.string());
    const version = fc.oneof(fc.constantFrom('2.0', '2.0.0', '2.1', '2', null, 2), fc.jsonValue());
    const body = fc.oneof(
      message,
      fc
        .tuple(version, fc.oneof(message, fc.jsonValue()))
        .map(([of, inner]) => JSON.stringify({ 'oslo.version': of, 'oslo.message': inner })),
    );
    expect(() =>
      fc.assert(
        fc.property(body, (text) => decodeAll(Buffer.from(text))),
        { numRuns: 3000 },
      ),
    ).not.toThrow();
  });

  test('any JSON in any field', () => {
    const keys = ['method', 'args', 'namespace', 'version', '_msg_id', '_reply_q', '_timeout'];
    const more = ['_unique_id', '_context_a', '_context___proto__', 'result', 'failure', 'ending'];
    const message = fc.dictionary(
      fc.constantFrom(...keys, ...more),
      fc.oneof(fc.jsonValue(), fc.json()),
    );
    expect(() =>
      fc.assert(
        fc.property(message, (fields) => decodeAll(Buffer.from(JSON.stringify(fields)))),
        { numRuns: 2000 },
      ),
    ).not.toThrow();
  });

  test('captured messages with bytes changed, cut and put in', () => {
    const mutated = fc
      .tuple(
        fc.constantFrom(...captures('request-', 'reply-', 'old-', 'notification-')),
        fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.uint8Array({ maxLength: 4 })), {
          minLength: 1,
          maxLength: 4,
        }),
      )
      .map(([{ body }, changes]) =>
        changes.reduce((bytes, [position, cut, put]) => {
          const at = position % (bytes.length + 1);
          return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)]);
        }, body),
      );
    expect(() => fc.assert(fc.property(mutated, decodeAll), { numRuns: 10_000 })).not.toThrow();
  });
});
