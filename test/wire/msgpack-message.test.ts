import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { failureFrom } from '../../src/wire/failure.ts';
import { mentionsUniqueId, newId, uniqueIdIn } from '../../src/wire/ids.ts';
import { decodeReply, encodeFailureReply, encodeReply } from '../../src/wire/reply.ts';
import { decodeRequest, encodeRequest } from '../../src/wire/request.ts';
import { packedValue } from './packed-values.ts';

const format = 'msgpack';

describe('a request in MessagePack', () => {
  const call = { msgId: 'm', replyQueue: 'reply_q', monitorTimeout: 2 };
  const request = {
    method: 'resize',
    args: { image: Uint8Array.of(1, 2), widths: new Set([320]) },
    namespace: 'images',
    version: '1.2',
    context: { at: new Date(5), quota: 5n },
    uniqueId: newId(),
    call,
  };

  test('says what was put into it', () => {
    expect(decodeRequest(encodeRequest(request, format), { format })).toEqual(request);
  });

  test('has the keys that it has in JSON', () => {
    const { args: _, context: __, ...plain } = request;
    const sent = { ...plain, args: { a: 1 }, context: { user: 'alice' } };
    const packed = openEnvelope(encodeRequest(sent, format), { format });
    const json = openEnvelope(encodeRequest(sent));
    expect(Object.entries(packed)).toEqual(Object.entries(json));
  });

  test('is malformed with an id that JSON could not repeat', () => {
    const odd = { ...request, call: { ...call, msgId: Uint8Array.of(1) } };
    const body = encodeRequest(odd, format);
    expect(() => decodeRequest(body, { format })).toThrow('_msg_id is no text');
  });

  test('is a cast without a call', () => {
    const { call: _, ...cast } = request;
    expect(decodeRequest(encodeRequest(cast, format), { format })).toEqual(cast);
  });
});

describe('a reply in MessagePack', () => {
  test('has the result as it is', () => {
    const result = new Map([[1n, new Date(1)]]);
    const { body, uniqueId } = encodeReply({ msgId: 'm', result }, format);
    expect(decodeReply(body, { format })).toEqual({
      msgId: 'm',
      result,
      ending: true,
      failure: undefined,
      cancelQueue: undefined,
    });
    expect(openEnvelope(body, { format })['_unique_id']).toBe(uniqueId);
  });

  test('has a failure with its arguments as they are', () => {
    const failure = { ...failureFrom(new RangeError('too far')), args: [new Date(1), 2n] };
    const { body } = encodeFailureReply({ msgId: 'm', failure }, format);
    expect(decodeReply(body, { format }).failure).toEqual(failure);
  });

  test('has the message of a failure whose arguments have no form', () => {
    const failure = { ...failureFrom(new Error('no')), args: [() => 1], kwargs: { s: Symbol() } };
    const { body } = encodeFailureReply({ msgId: 'm', failure }, format);
    const told = { ...failure, args: ['no'], kwargs: {} };
    expect(decodeReply(body, { format }).failure).toEqual(told);
  });
});

describe('uniqueIdIn a MessagePack body', () => {
  test('finds what the parse finds, or asks for it', () => {
    const id = fc.oneof(fc.uuid(), fc.string({ maxLength: 130 }), fc.constant('x'.repeat(31)));
    fc.assert(
      fc.property(packedValue, id, (value, uniqueId) => {
        const request = { method: 'echo', args: { value }, context: { value }, uniqueId };
        const body = encodeRequest(request, format);
        const found = uniqueIdIn(body, format);
        const parsed = decodeRequest(body, { format }).uniqueId;
        if (found === undefined) expect(mentionsUniqueId(body)).toBe(true);
        else expect(found).toBe(parsed);
        if (/^[0-9a-f-]{36}$/.test(uniqueId)) expect(found).toBe(uniqueId);
      }),
    );
  });

  test.each([
    ['a text of JSON', { value: '{"_unique_id": "another"}' }],
    ['a longer name', { my_unique_id: 'another', _unique_ids: 'another' }],
  ])('is not misled by %s', (_, args) => {
    const body = encodeRequest({ method: 'm', args, context: {}, uniqueId: 'own' }, format);
    expect(uniqueIdIn(body, format)).toBe('own');
  });

  test.each([
    ['another key of that name', { _unique_id: 'another' }],
    ['a text that is the key', { value: '_unique_id' }],
    [
      'bytes of another message',
      { value: encodeRequest({ method: 'm', args: {}, context: {}, uniqueId: 'x' }, format) },
    ],
  ])('finds nothing where there is %s', (_, args) => {
    const body = encodeRequest({ method: 'm', args, context: {}, uniqueId: 'own' }, format);
    expect(uniqueIdIn(body, format)).toBeUndefined();
  });

  test('reads bytes of any kind without a throw', () => {
    const piece = fc.oneof(
      fc.constant(Buffer.from('\u00aa_unique_id', 'latin1')),
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom(Buffer.of(0xd9, 3), Buffer.of(0xa3), Buffer.from('abc')),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const id = uniqueIdIn(Buffer.concat(pieces), format);
        expect(id === undefined || /^[ -~]+$/.test(id)).toBe(true);
      }),
    );
  });
});
