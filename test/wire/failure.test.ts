import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../src/errors.ts';
import {
  decodeFailure,
  encodeFailure,
  type Failure,
  loggedFailure,
  remoteErrorFrom,
} from '../../src/wire/failure.ts';

const valueError: Failure = {
  class: 'ValueError',
  module: 'builtins',
  message: "('bad thing', 42)",
  tb: ['Traceback (most recent call last):\n', 'ValueError: …\n'],
  args: ['bad thing', 42],
  kwargs: { code: 7 },
};

test('loggedFailure is short, however long the text and the traceback are', () => {
  expect(loggedFailure({ ...valueError, message: 'a\nb' })).toEqual({
    error: 'ValueError: a\\u000ab',
    stack: valueError.tb.join(''),
  });
  const long = loggedFailure({
    ...valueError,
    message: 'x'.repeat(1_000),
    tb: ['y'.repeat(9_000)],
  });
  expect([long.error.length, long.stack.length]).toEqual(['ValueError: '.length + 201, 8_192]);
});

describe('encodeFailure', () => {
  test('the keys come in the order of oslo.messaging', () => {
    expect(Object.keys(JSON.parse(encodeFailure(valueError)))).toEqual([
      'class',
      'module',
      'message',
      'tb',
      'args',
      'kwargs',
    ]);
  });

  test('arguments that cannot be sent are replaced by the message', () => {
    const failure = { ...valueError, args: [() => 1], kwargs: { bytes: new Uint8Array(1) } };
    expect(JSON.parse(encodeFailure(failure))).toEqual({
      ...valueError,
      args: [valueError.message],
      kwargs: {},
    });
  });
});

describe('decodeFailure', () => {
  const json = (change: object): string => JSON.stringify({ ...valueError, ...change });

  test.each<[string, unknown, Partial<Failure>]>([
    ['all there', json({}), {}],
    ['an object instead of a text', valueError, {}],
    ['no traceback', json({ tb: undefined }), { tb: [] }],
    ['null as traceback', json({ tb: null }), { tb: [] }],
    ['a text as traceback', json({ tb: 'line' }), { tb: ['line'] }],
    ['a traceback of other things', json({ tb: [1, null] }), { tb: ['1', ''] }],
    ['no arguments', json({ args: undefined, kwargs: undefined }), { args: [], kwargs: {} }],
    ['null as arguments', json({ args: null, kwargs: null }), { args: [], kwargs: {} }],
    ['null as message', json({ message: null }), { message: '' }],
    ['a number as message', json({ message: 5 }), { message: '5' }],
    ['no class', json({ class: undefined }), { class: 'Exception' }],
    ['no module', json({ module: undefined }), { module: '' }],
    [
      'a rebuilt error',
      json({ class: 'E_Remote', module: 'm_Remote' }),
      { class: 'E', module: 'm' },
    ],
    ['a class of that name', json({ class: 'E_Remote' }), { class: 'E_Remote' }],
  ])('%s', (_, text, change) => {
    expect(decodeFailure(text)).toEqual({ ...valueError, ...change });
  });

  test.each<[unknown, string]>([
    ['plain text', 'plain text'],
    ['[1]', '[1]'],
    ['{"__proto__": 1}', '{"__proto__": 1}'],
    [5, '5'],
    [true, 'true'],
    [['a'], '["a"]'],
  ])('%o is no failure, and its text is all that is known', (text, message) => {
    expect(decodeFailure(text)).toMatchObject({ class: 'Exception', message, args: [message] });
  });

  test('anything is decoded to a failure', () => {
    const parts = fc.record(
      {
        class: fc.jsonValue(),
        module: fc.jsonValue(),
        message: fc.jsonValue(),
        tb: fc.jsonValue(),
        args: fc.jsonValue(),
        kwargs: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue(),
          parts.map((part) => JSON.stringify(part)),
        ),
        (text) => {
          const failure = decodeFailure(text);
          expect([typeof failure.class, typeof failure.module, typeof failure.message]).toEqual(
            Array(3).fill('string'),
          );
          expect([Array.isArray(failure.tb), Array.isArray(failure.args)]).toEqual([true, true]);
        },
      ),
    );
  });
});

test('remoteErrorFrom carries every part, and what the call was about', () => {
  const error = remoteErrorFrom(valueError, { method: 'm', msgId: 'i', target: { topic: 't' } });
  expect(error).toBeInstanceOf(RemoteError);
  expect(error).toMatchObject({
    remoteClass: 'ValueError',
    remoteModule: 'builtins',
    remoteMessage: valueError.message,
    remoteArgs: valueError.args,
    remoteKwargs: valueError.kwargs,
    remoteTraceback: valueError.tb,
    method: 'm',
    msgId: 'i',
    target: { topic: 't' },
  });
});
