import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CallCancelled,
  HostCrashed,
  MessagingError,
  MessagingTimeout,
  NoSuchMethod,
  UnsupportedVersion,
} from '../../src/errors.ts';
import {
  decodeFailure,
  encodeFailure,
  type Failure,
  failureFrom,
  remoteErrorFrom,
} from '../../src/wire/failure.ts';

class QuotaExceeded extends Error {}
class Renamed extends TypeError {
  override readonly name = 'SomethingElse';
}
class OwnMessaging extends MessagingError {}

function nodeError(): unknown {
  try {
    return Buffer.from(Object(5));
  } catch (error) {
    return error;
  }
}

const valueError: Failure = {
  class: 'ValueError',
  module: 'builtins',
  message: "('bad thing', 42)",
  tb: ['Traceback (most recent call last):\n', 'ValueError: …\n'],
  args: ['bad thing', 42],
  kwargs: { code: 7 },
};

describe('failureFrom', () => {
  test.each<[unknown, string, string]>([
    [new Error('m'), 'Exception', 'builtins'],
    [new TypeError('m'), 'TypeError', 'builtins'],
    [new RangeError('m'), 'ValueError', 'builtins'],
    [new SyntaxError('m'), 'ValueError', 'builtins'],
    [new URIError('m'), 'ValueError', 'builtins'],
    [new EvalError('m'), 'Exception', 'builtins'],
    [new AggregateError([], 'm'), 'Exception', 'builtins'],
    [new ReferenceError('m'), 'NameError', 'builtins'],
    [new AssertionError({ message: 'm' }), 'AssertionError', 'builtins'],
    [new DOMException('m', 'TimeoutError'), 'TimeoutError', 'builtins'],
    [new DOMException('m', 'AbortError'), 'AbortError', 'greenroom'],
    [new QuotaExceeded('m'), 'QuotaExceeded', 'greenroom'],
    [new Renamed('m'), 'Renamed', 'greenroom'],
    [new MessagingTimeout('m'), 'MessagingTimeout', 'greenroom'],
    [new OwnMessaging('m'), 'OwnMessaging', 'greenroom'],
    [new NoSuchMethod('m'), 'NoSuchMethod', 'oslo_messaging.rpc.dispatcher'],
    [new UnsupportedVersion('m'), 'UnsupportedVersion', 'oslo_messaging.rpc.dispatcher'],
    [{ name: 'Plain', message: 'm' }, 'Plain', 'greenroom'],
    [{ message: 'm' }, 'Exception', 'builtins'],
  ])('%o becomes %s of %s', (error, name, module) => {
    const failure = failureFrom(error);
    expect(failure).toMatchObject({ class: name, module, message: 'm', args: ['m'], kwargs: {} });
  });

  test.each<[MessagingError, object]>([
    [new HostCrashed('m', 'out-of-memory'), { kind: 'out-of-memory' }],
    [new CallCancelled('m', { reason: 'deadline' }), { reason: 'deadline' }],
    [new CallCancelled('m'), {}],
  ])('what tells %o from others of its class goes along', (error, kwargs) => {
    expect(failureFrom(error)).toMatchObject({ class: error.name, module: 'greenroom', kwargs });
    expect(decodeFailure(encodeFailure(failureFrom(error))).kwargs).toEqual(kwargs);
  });

  test('an error of Node itself is what its name says', () => {
    expect(failureFrom(nodeError())).toMatchObject({ class: 'TypeError', module: 'builtins' });
  });

  test('the stack becomes lines that end with a newline', () => {
    const error = new Error('first\nsecond');
    const { tb } = failureFrom(error);
    expect(tb.length).toBeGreaterThan(3);
    expect(tb.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(
      true,
    );
    expect(tb.join('')).toBe(`${error.stack}\n`);
  });

  test('an error without a stack has no traceback', () => {
    expect(failureFrom(Object.assign(new Error('m'), { stack: undefined })).tb).toEqual([]);
  });

  test('a remote error that is passed on keeps its identity', () => {
    expect(failureFrom(remoteErrorFrom(valueError))).toEqual(valueError);
  });

  test.each<[unknown, string]>([
    [null, 'null'],
    [undefined, 'undefined'],
    ['text', 'text'],
    ['', ''],
    [5, '5'],
    [5n, '5'],
    [Number.NaN, 'NaN'],
    [{ code: 7 }, '{"code":7}'],
    [Symbol('s'), '[object Symbol]'],
    [() => 1, '[object Function]'],
  ])('a thrown %o becomes an Exception', (thrown, message) => {
    expect(failureFrom(thrown)).toEqual({
      class: 'Exception',
      module: 'builtins',
      message,
      tb: [],
      args: [message],
      kwargs: {},
    });
  });

  const thrower = (): never => {
    throw new Error('hostile');
  };
  const throwing = { get: thrower };
  const brand = Symbol.for('greenroom.RemoteError');
  const hostile: [string, () => unknown][] = [
    [
      'getters that throw',
      () => {
        // The stack comes first: V8 makes it, of name and message, when it is replaced.
        const getters = {
          stack: throwing,
          message: throwing,
          name: throwing,
          constructor: throwing,
        };
        return Object.defineProperties(new Error('m'), getters);
      },
    ],
    [
      'parts of wrong types',
      () => Object.assign(new Error('m'), { name: 5, stack: {}, constructor: 'x' }),
    ],
    ['no prototype', () => Object.create(null)],
    [
      'a revoked proxy around it',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    ],
    [
      'a proxy around it that throws',
      () => new Proxy(new Error('m'), { get: thrower, has: thrower, getPrototypeOf: thrower }),
    ],
    [
      'no text in any form',
      () => Object.defineProperty({ toJSON: thrower }, Symbol.toStringTag, throwing),
    ],
    [
      'a faked brand',
      () => ({ [brand]: true, remoteClass: {}, remoteArgs: 5, remoteTraceback: [5] }),
    ],
    [
      'a faked brand and getters',
      () => Object.defineProperty({ [brand]: true }, 'remoteClass', throwing),
    ],
    [
      'itself inside',
      () => {
        const error = new Error('m');
        return Object.assign(error, { cause: error, args: [error] });
      },
    ],
  ];
  test.each(hostile)('an error with %s becomes a failure that can be sent', (_, make) => {
    const failure = failureFrom(make());
    expect(
      Object.values(failure)
        .map((part) => typeof part)
        .join(),
    ).toBe('string,string,string,object,object,object');
    expect(failure.class).not.toBe('');
    expect(decodeFailure(encodeFailure(failure))).toEqual(failure);
  });

  test('whatever is thrown becomes a failure that can be sent', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withTypedArray: true,
          withSparseArray: true,
        }),
        (thrown) => {
          const failure = failureFrom(thrown);
          expect(typeof failure.message, inspect(thrown)).toBe('string');
          expect(decodeFailure(encodeFailure(failure)).message).toBe(failure.message);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
