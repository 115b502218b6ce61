import { describe, expect, test } from 'vitest';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { failureFrom } from '../../src/wire/failure.ts';
import {
  decodeReply,
  encodeFailureReply,
  encodeKeepAlive,
  encodeReply,
  type Reply,
} from '../../src/wire/reply.ts';
import { injections } from './captures.ts';
import { sealEnvelope } from './sealed-envelope.ts';

const order = ['result', 'failure', 'ending', '_msg_id', '_unique_id'];

describe('the encoders', () => {
  test.each([
    [
      'a result',
      encodeReply({ msgId: 'm', result: [1] }),
      { result: [1], failure: null, ending: true },
    ],
    [
      'no result',
      encodeReply({ msgId: 'm', result: undefined }),
      { result: null, failure: null, ending: true },
    ],
    [
      'a keep-alive',
      encodeKeepAlive({ msgId: 'm' }),
      { result: null, failure: null, ending: false },
    ],
  ])('%s has every key, in the order of oslo.messaging', (_, { body, uniqueId }, fields) => {
    const message = openEnvelope(body);
    expect(Object.keys(message)).toEqual(order);
    expect(message).toEqual({ ...fields, _msg_id: 'm', _unique_id: uniqueId });
    expect(uniqueId).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a failure is a JSON text in the JSON', () => {
    const failure = failureFrom(new RangeError('too far'));
    const message = openEnvelope(encodeFailureReply({ msgId: 7, failure }).body);
    expect(Object.keys(message)).toEqual(order);
    expect(message).toMatchObject({ result: null, ending: true, _msg_id: 7 });
    expect(JSON.parse(String(message['failure']))).toEqual(failure);
  });

  test('a result that cannot be sent is an error here', () => {
    expect(() => encodeReply({ msgId: 'm', result: { f: () => 1 } })).toThrow(TypeError);
  });
});

describe('decodeReply', () => {
  const failure = JSON.stringify({ class: 'ValueError', module: 'builtins', message: 'm' });
  const decoded = {
    class: 'ValueError',
    module: 'builtins',
    message: 'm',
    tb: [],
    args: [],
    kwargs: {},
  };

  // The message of each case that was answered to a live oslo.messaging client, and what ours is.
  const cases: Record<string, [object, Partial<Reply>]> = {
    normal: [
      { result: 5, failure: null, ending: true },
      { result: 5, ending: true },
    ],
    'missing failure key': [
      { result: 5, ending: true },
      { result: 5, ending: true },
    ],
    'missing result key': [
      { failure: null, ending: true },
      { result: null, ending: true },
    ],
    'missing ending key, result 5': [
      { result: 5, failure: null },
      { result: 5, ending: false },
    ],
    'ending false only, result 5': [
      { result: 5, failure: null, ending: false },
      { result: 5, ending: false },
    ],
    'ending as 1': [
      { result: 5, failure: null, ending: 1 },
      { result: 5, ending: true },
    ],
    'ending as string "false"': [
      { result: 5, failure: null, ending: 'false' },
      { result: 5, ending: true },
    ],
    'ending null': [
      { result: 5, failure: null, ending: null },
      { result: 5, ending: false },
    ],
    'no unique_id': [
      { result: 5, failure: null, ending: true },
      { result: 5, ending: true },
    ],
    'failure empty string': [
      { result: 5, failure: '', ending: true },
      { result: 5, ending: true },
    ],
    'failure is dict': [
      { failure: JSON.parse(failure), ending: true },
      { failure: decoded, ending: true },
    ],
    'failure and result both': [
      { result: 5, failure, ending: true },
      { result: 5, failure: decoded, ending: true },
    ],
    'failure ending false': [
      { failure, ending: false },
      { failure: decoded, ending: false },
    ],
  };
  // Python's client breaks on these two with a KeyError and a JSONDecodeError; ours does not.
  const better = ['missing failure key', 'failure is dict'];

  test.each(Object.entries(cases))('%s', (name, [message, expected]) => {
    const body = sealEnvelope(JSON.stringify({ ...message, _msg_id: 'm', _unique_id: 'u' }));
    const reply = decodeReply(body);
    expect(reply).toEqual({ msgId: 'm', result: null, failure: undefined, ...expected });
    for (const file of ['injection-client.v14.json', 'injection-client.v2026.json']) {
      const outcome = injections(file)[name]?.outcome ?? [];
      expect(outcome.length).toBeGreaterThan(0);
      if (better.includes(name)) continue;
      const ours = !reply.ending ? 'MessagingTimeout' : (reply.failure?.class ?? 'ok');
      expect(outcome.slice(0, 2)).toContain(ours);
    }
  });

  test('a bare object is a reply too', () => {
    expect(decodeReply(Buffer.from('{"result": 6, "ending": true, "_msg_id": "m"}'))).toEqual({
      msgId: 'm',
      result: 6,
      ending: true,
      failure: undefined,
    });
  });

  test('a reply without an id has none', () => {
    expect(decodeReply(Buffer.from('{"result": 6}')).msgId).toBeUndefined();
  });
});
