import { describe, expect, test } from 'vitest';
import { RemoteError } from '../../src/errors.ts';
import { type PythonException, pythonException } from '../../src/python-exception.ts';
import { encodeFailure, failureFrom } from '../../src/wire/failure.ts';

class QuotaExceeded extends Error {
  readonly limit: number;

  constructor(limit: number, options?: ErrorOptions) {
    super('no more cores', options);
    this.limit = limit;
  }

  get [pythonException](): PythonException {
    return { module: 'peer_errors', kwargs: { limit: this.limit } };
  }
}
class CoresExceeded extends QuotaExceeded {}

const saying = (said: unknown): Error => Object.assign(new Error('m'), { [pythonException]: said });

const hostile = (): never => {
  throw new Error('hostile');
};

describe('an error that says what it is in Python', () => {
  test('goes out as that', () => {
    expect(failureFrom(new QuotaExceeded(8))).toEqual({
      class: 'QuotaExceeded',
      module: 'peer_errors',
      message: 'no more cores',
      tb: expect.arrayContaining(['Error: no more cores\n']),
      args: ['no more cores'],
      kwargs: { limit: 8 },
    });
  });

  test('has the name of its own class where it names none', () => {
    expect(failureFrom(new CoresExceeded(8))).toMatchObject({ class: 'CoresExceeded' });
  });

  test('may be one of Python itself, with arguments of its own', () => {
    const error = saying({ module: 'builtins', class: 'OSError', args: [2, 'no such file'] });
    expect(failureFrom(error)).toMatchObject({
      class: 'OSError',
      module: 'builtins',
      message: 'm',
      args: [2, 'no such file'],
      kwargs: {},
    });
  });

  test('is that also when a remote error caused it', () => {
    const cause = new RemoteError({
      class: 'KeyError',
      module: 'builtins',
      message: '',
      args: [],
      kwargs: {},
      traceback: [],
    });
    expect(failureFrom(new QuotaExceeded(1, { cause }))).toMatchObject({ module: 'peer_errors' });
  });

  test.each([
    undefined,
    null,
    'nova.exception',
    {},
    { module: '' },
    { module: 5 },
    Object.defineProperty({}, 'module', { get: hostile }),
  ])('is an ordinary one when it says %#', (said) => {
    expect(failureFrom(saying(said))).toMatchObject({ class: 'Exception', module: 'builtins' });
  });

  test('is that without the parts that it says wrongly', () => {
    const said = { module: 'm', class: 5, args: 'text', kwargs: [] };
    expect(failureFrom(saying(said))).toMatchObject({
      class: 'Error',
      module: 'm',
      args: ['m'],
      kwargs: {},
    });
  });

  test('is sent with its message alone when its arguments cannot be', () => {
    const failure = failureFrom(saying({ module: 'm', kwargs: { callback: () => 1 } }));
    expect(JSON.parse(encodeFailure(failure))).toMatchObject({ args: ['m'], kwargs: {} });
  });
});
