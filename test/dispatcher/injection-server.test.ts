import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/dispatcher/context.ts';
import { formatOf } from '../../src/wire/body-format.ts';
import { failureFrom } from '../../src/wire/failure.ts';
import { decodeRequest } from '../../src/wire/request.ts';
import { injections } from '../wire/captures.ts';
import { dispatch } from './dispatching.ts';

/** What the server made of a message: dropped it, or ran it to a result or a failure. */
type Verdict = 'rejected' | { result: unknown } | { class: string; message?: string };

class Endpoint {
  echo(_ctx: Context, { v }: { v?: unknown }): unknown {
    return v ?? null;
  }
}

const request = {
  method: 'echo',
  args: { v: 1 },
  _msg_id: 'm',
  _reply_q: 'reply_q',
  _unique_id: 'u',
};
const bare = (change: object): string => JSON.stringify({ ...request, ...change });
const enveloped = (change: object, version: unknown = '2.0'): string =>
  JSON.stringify({ 'oslo.version': version, 'oslo.message': bare(change) });
const around = (message: unknown): string =>
  JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': message });

/** The bodies that were sent to a live oslo.messaging server, by the name of the case. */
const bodies: Record<string, string> = {
  'normal enveloped': enveloped({}),
  'no envelope, plain dict': bare({}),
  'utf8 raw non-ascii body': enveloped({ args: { v: 'hé ☃' } }),
  'invalid json': '{nope',
  'json list': '[1]',
  'json string': '"a"',
  'json number': '5',
  'json null': 'null',
  'envelope 2.1': enveloped({}, '2.1'),
  'envelope 1.9': enveloped({}, '1.9'),
  'envelope 3.0': enveloped({}, '3.0'),
  'envelope 2.0.0': enveloped({}, '2.0.0'),
  'envelope 2.0.1': enveloped({}, '2.0.1'),
  'envelope "2"': enveloped({}, '2'),
  'envelope number 2.0': enveloped({}, 2.0),
  'envelope version null': enveloped({}, null),
  'envelope inner not json': around('{nope'),
  'envelope inner list': around('[1]'),
  'envelope inner is dict not string': around(request),
  'envelope extra keys': enveloped({}).replace('{', '{"x": 1, '),
  'missing args': enveloped({ args: undefined }),
  'missing method': enveloped({ method: undefined }),
  'method null': enveloped({ method: null }),
  'method number': enveloped({ method: 5 }),
  'method is attribute not callable': enveloped({ method: '__class__' }),
  'namespace null explicit': enveloped({ namespace: null }),
  'namespace empty string': enveloped({ namespace: '' }),
  'version null': enveloped({ version: null }),
  'version 1.0': enveloped({ version: '1.0' }),
  'version 1.0.1': enveloped({ version: '1.0.1' }),
  'version 0.9': enveloped({ version: '0.9' }),
  'no unique_id': enveloped({ _unique_id: undefined }),
  'null unique_id': enveloped({ _unique_id: null }),
  'msg_id number': enveloped({ _msg_id: 5 }),
  'extra unknown keys': enveloped({ unknown: 1 }),
  '_timeout 1': enveloped({ _timeout: 1 }),
  '_timeout "abc"': enveloped({ _timeout: 'abc' }),
  '_timeout -5': enveloped({ _timeout: -5 }),
  '_timeout [] / list': enveloped({ _timeout: [1] }),
};

/** Where we answer otherwise, on purpose; Python's failures are those of an accident. */
const deviations: Record<string, [string, Verdict]> = {
  'args null': [enveloped({ args: null }), { class: 'TypeError' }],
  'args list': [enveloped({ args: [1] }), { class: 'TypeError' }],
  'version 1': [enveloped({ version: '1' }), { result: 1 }],
  'version number 1.0': [enveloped({ version: 1.5 }), { class: 'UnsupportedVersion' }],
  'version junk': [enveloped({ version: 'a.b' }), { class: 'UnsupportedVersion' }],
  'list of pairs': ['[["method", "echo"], ["args", {"v": 3}]]', 'rejected'],
};

async function serve(body: string): Promise<Verdict> {
  let decoded: ReturnType<typeof decodeRequest>;
  try {
    decoded = decodeRequest(Buffer.from(body));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_GREENROOM_MALFORMED_MESSAGE' });
    return 'rejected';
  }
  const outcome = await dispatch([new Endpoint()], decoded);
  if (outcome.type === 'result') return { result: outcome.result };
  const { class: name, message } = failureFrom(outcome.error);
  return { class: name, message };
}

function verdictOf(file: string, name: string): Verdict {
  const injection = injections(file)[name];
  const reply = injection?.replies[0];
  if (reply === undefined) {
    expect(injection?.acks).toEqual([['basic_reject', false]]);
    return 'rejected';
  }
  if (reply.failure === null) return { result: reply.result };
  const { class: name_, message } = reply.failure;
  // Python's own texts are not for us to repeat; those of the dispatcher are.
  return name_ === 'TypeError'
    ? { class: name_ }
    : { class: String(name_), message: String(message) };
}

describe.each(['injection-server.v14.json', 'injection-server.v2026.json'])('%s', (file) => {
  test.each(Object.entries(bodies))('%s: we answer as oslo.messaging does', async (name, body) => {
    const expected = verdictOf(file, name);
    const verdict = await serve(body);
    if (typeof expected === 'string') expect(verdict).toBe(expected);
    else expect(verdict).toMatchObject(expected);
  });

  test.each(Object.entries(deviations))('%s: we do better', async (name, [body, expected]) => {
    expect(verdictOf(file, name)).not.toEqual(expected);
    const verdict = await serve(body);
    if (typeof expected === 'string') expect(verdict).toBe(expected);
    else expect(verdict).toMatchObject(expected);
  });

  test('other content types are dropped, as there', () => {
    const sent = [
      undefined,
      'application/json; charset=utf-8',
      'text/plain',
      'application/octet-stream',
    ];
    const names = [
      'missing',
      'application/json; charset=utf-8',
      'text/plain',
      'application/octet-stream',
    ];
    for (const [index, contentType] of sent.entries()) {
      expect(verdictOf(file, `content_type ${names[index]}`)).toBe('rejected');
      expect(formatOf(contentType)).toBeUndefined();
    }
  });
});

test.each(['', '{}'])(
  'a body of %o is acknowledged and fails for want of a method',
  async (body) => {
    expect(await serve(body)).toMatchObject({ class: 'TypeError' });
    expect(decodeRequest(Buffer.from(body)).call).toBeUndefined();
  },
);
