import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { msgIdIn, newId, uniqueIdIn } from '../../src/wire/ids.ts';
import { encodeFailureReply, encodeReply } from '../../src/wire/reply.ts';
import { decodeRequest, encodeRequest } from '../../src/wire/request.ts';

describe('newId', () => {
  test('an id is 32 hex digits and new each time', () => {
    const ids = new Set(Array.from({ length: 1000 }, newId));
    expect(ids.size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('uniqueIdIn', () => {
  test.each([
    [
      'in an envelope, as Python spaces it',
      String.raw`{"oslo.message": "{\"_unique_id\": \"abc\"}"}`,
    ],
    ['in an envelope, compact', String.raw`{"oslo.message":"{\"_unique_id\":\"abc\",\"a\":1}"}`],
    ['bare', '{"_unique_id": "abc"}'],
    ['bare and compact', '{"_unique_id":"abc"}'],
    ['with odd blanks', '{"_unique_id"  :\t"abc"}'],
    ['before a context', String.raw`"{\"_unique_id\": \"abc\", \"_context_a\": \"_unique_id\"}"`],
    [
      'before a JSON text in the message',
      String.raw`{"_unique_id": "abc", "t": "{\"x\\\"_unique_id\\\": \\\"no\\\"}"}`,
    ],
    ['before a longer name', '{"_unique_id": "abc", "my_unique_id": "no", "_unique_ids": "no"}'],
  ])('an id is found %s', (_, text) => {
    expect(uniqueIdIn(Buffer.from(text))).toBe('abc');
  });

  test.each([
    ['without the key', '{}'],
    ['with two of them', '{"_unique_id": "first", "_unique_id": "abc"}'],
    ['with another in its context', '{"_unique_id": "abc", "_context_a": {"_unique_id": "x"}}'],
    ['empty', ''],
    ['that is only the key', '_unique_id'],
    ['cut after the key', '{"_unique_id"'],
    ['cut in the id', '{"_unique_id": "abc'],
    ['with null', '{"_unique_id": null}'],
    ['with a number', '{"_unique_id": 5}'],
    ['with an empty id', '{"_unique_id": ""}'],
    ['with an escape in the id', String.raw`{"_unique_id": "a\u0062c"}`],
    ['with an id beyond ASCII', '{"_unique_id": "é"}'],
    ['with an id of 129 characters', `{"_unique_id": "${'a'.repeat(129)}"}`],
    ['with quotes that do not match', String.raw`{"_unique_id\": \"abc\"}`],
  ])('nothing is found in a body %s', (_, text) => {
    expect(uniqueIdIn(Buffer.from(text))).toBeUndefined();
  });

  test('an id of 128 characters is found', () => {
    const id = 'a'.repeat(128);
    expect(uniqueIdIn(Buffer.from(`{"_unique_id": "${id}"}`))).toBe(id);
  });

  test('a view of a larger buffer is read within its bounds', () => {
    const bytes = new TextEncoder().encode('{"_unique_id": "abc"}{"_unique_id": "beyond"}');
    expect(uniqueIdIn(bytes.subarray(0, 21))).toBe('abc');
  });

  test('what the scan finds is what the parse finds', () => {
    const value = fc.jsonValue().filter((json) => !JSON.stringify(json).includes('__proto__'));
    fc.assert(
      fc.property(value, fc.uuid(), (args, uniqueId) => {
        const body = encodeRequest({ method: 'echo', args: { args }, context: {}, uniqueId });
        expect(uniqueIdIn(body)).toBe(uniqueId);
        expect(decodeRequest(body).uniqueId).toBe(uniqueId);
        const reply = encodeReply({ msgId: 'm', result: args });
        expect(uniqueIdIn(reply.body)).toBe(reply.uniqueId);
      }),
    );
  });

  test('bytes of any kind are read without a throw', () => {
    const piece = fc.constantFrom('_unique_id', '"', '\\"', '\\', ':', ' ', 'abc', 'é');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const id = uniqueIdIn(Buffer.from(pieces.join('')));
        expect(id === undefined || /^[ -~]+$/.test(id)).toBe(true);
      }),
    );
  });
});

describe('msgIdIn', () => {
  const msgId = newId();
  const failure = {
    class: 'E',
    module: 'm',
    message: '"_msg_id": "x"',
    args: [],
    kwargs: {},
    tb: [],
  };

  test.each(['json', 'msgpack'] as const)('the call of a reply is found in %s', (format) => {
    const { body } = encodeReply({ msgId, result: 'a _msg_id in a text' }, format);
    expect(msgIdIn(body, format)).toBe(msgId);
    expect(msgIdIn(encodeFailureReply({ msgId, failure }, format).body, format)).toBe(msgId);
  });

  test.each(['json', 'msgpack'] as const)(
    'nothing is found in %s when the result has such a key',
    (format) => {
      const { body } = encodeReply({ msgId, result: [{ _msg_id: 'another' }] }, format);
      expect(msgIdIn(body, format)).toBeUndefined();
    },
  );
});
