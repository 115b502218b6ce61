import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedMessage } from '../../src/errors.ts';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { decodeRequest, encodeRequest, type Request } from '../../src/wire/request.ts';
import { sealEnvelope } from './sealed-envelope.ts';

const sent = (message: object): Request => decodeRequest(sealEnvelope(JSON.stringify(message)));

describe('encodeRequest', () => {
  test('what is not set has no key, and the order is that of oslo.messaging', () => {
    const cast = encodeRequest({ method: 'm', args: {}, context: {} });
    expect(Object.keys(openEnvelope(cast))).toEqual(['method', 'args']);
    const call = encodeRequest({
      context: { user: 'alice', nested: { a: undefined } },
      call: { replyQueue: 'reply_1', msgId: '2' },
      uniqueId: '3',
      version: '1.1',
      namespace: '',
      args: { a: 1 },
      method: 'm',
    });
    expect(Object.entries(openEnvelope(call))).toEqual([
      ['method', 'm'],
      ['args', { a: 1 }],
      ['namespace', ''],
      ['version', '1.1'],
      ['_msg_id', '2'],
      ['_reply_q', 'reply_1'],
      ['_timeout', null],
      ['_unique_id', '3'],
      ['_context_user', 'alice'],
      ['_context_nested', { a: null }],
    ]);
  });

  test('an argument that cannot be sent is an error here', () => {
    const request = { method: 'm', args: { data: new Uint8Array(1) }, context: {} };
    expect(() => encodeRequest(request)).toThrow(TypeError);
  });

  test('what is encoded is decoded to the same request', () => {
    const name = fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__');
    // Through JSON once, for it has one zero.
    const dict = fc
      .dictionary(name, fc.jsonValue())
      .map((value): Record<string, unknown> => JSON.parse(JSON.stringify(value)))
      .filter((value) => !JSON.stringify(value).includes('__proto__'))
      .filter((value) => !/\d{16}/.test(JSON.stringify(value)));
    const request = fc.record({
      method: fc.string(),
      args: dict,
      namespace: fc.option(fc.string(), { nil: undefined }),
      version: fc.option(fc.string(), { nil: undefined }),
      context: dict,
      uniqueId: fc.option(fc.uuid(), { nil: undefined }),
      call: fc.option(
        fc.record({
          msgId: fc.uuid(),
          replyQueue: fc.string(),
          monitorTimeout: fc.constantFrom(null, 2),
        }),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(request, (original) => {
        expect(decodeRequest(encodeRequest(original))).toEqual(original);
      }),
    );
  });
});

describe('decodeRequest', () => {
  test('an empty body is a request for nothing', () => {
    expect(decodeRequest(Buffer.from(''))).toEqual({ method: undefined, args: {}, context: {} });
  });

  test.each([undefined, null, '', 0, false])('_msg_id %o makes it a cast', (msgId) => {
    expect(
      sent({ method: 'm', _msg_id: msgId, _reply_q: 'reply_1', _timeout: 5 }).call,
    ).toBeUndefined();
  });

  test('a call keeps what it says about its answer as it is', () => {
    expect(sent({ _msg_id: 5 }).call).toEqual({ msgId: 5 });
    expect(sent({ _msg_id: 'a', _reply_q: ['q'], _timeout: 'abc' }).call).toEqual({
      msgId: 'a',
      replyQueue: ['q'],
      monitorTimeout: 'abc',
    });
  });

  test('odd fields are left to the dispatcher', () => {
    expect(sent({ method: 5, args: [1], namespace: 5, version: 1.5 })).toMatchObject({
      method: 5,
      args: [1],
      namespace: 5,
      version: 1.5,
    });
    expect(sent({ args: null, version: null })).toMatchObject({ args: null, version: null });
    expect(sent({ namespace: null }).namespace).toBeUndefined();
    expect(sent({ namespace: '' }).namespace).toBe('');
  });

  test.each([null, 5, '', ['a'], 'a'.repeat(129)])('_unique_id %o is none', (id) => {
    expect(sent({ _unique_id: id }).uniqueId).toBeUndefined();
  });

  test('exactly the prefix is taken off the keys of the context', () => {
    const { context } = sent({
      _context_user: 'a',
      _context__x: 1,
      _context_: 5,
      _context__context_y: 2,
      _contextual: 3,
      context_z: 4,
      _context_msg_id: 'forged',
      _context_constructor: 6,
    });
    expect(Object.entries(context)).toEqual([
      ['user', 'a'],
      ['_x', 1],
      ['', 5],
      ['_context_y', 2],
      ['msg_id', 'forged'],
      ['constructor', 6],
    ]);
    expect(Object.getPrototypeOf(context)).toBeNull();
  });

  test('a context cannot name a prototype', () => {
    expect(() => sent({ _context___proto__: { polluted: true } })).toThrow(MalformedMessage);
  });
});
