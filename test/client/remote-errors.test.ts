import { describe, expect, test } from 'vitest';
import { applicationError, type RemoteErrors } from '../../src/client/remote-errors.ts';
import { RPCClient } from '../../src/client/rpc-client.ts';
import { Transport } from '../../src/driver/transport.ts';
import { InvalidOptionError, RemoteError } from '../../src/errors.ts';

class InstanceNotFound extends Error {}
class QuotaExceeded extends Error {
  readonly limit: unknown;
  constructor(limit: unknown) {
    super(`no more than ${limit}`);
    this.limit = limit;
  }
}

const remote = (module: string, name: string): RemoteError =>
  new RemoteError({
    class: name,
    module,
    message: 'not here',
    args: ['not here'],
    kwargs: { limit: 8 },
    traceback: [],
  });
const notFound = remote('nova.exception', 'InstanceNotFound');

const registry: RemoteErrors = {
  'nova.exception.InstanceNotFound': InstanceNotFound,
  'nova.exception.QuotaExceeded': ({ remoteKwargs }) => new QuotaExceeded(remoteKwargs['limit']),
};

describe('a registered failure', () => {
  test('is raised as the class, with the remote message and the remote error as cause', () => {
    const error = applicationError(notFound, registry);
    expect(error).toBeInstanceOf(InstanceNotFound);
    expect(error).toMatchObject({ message: 'not here', cause: notFound });
  });

  test('is raised as what the function makes, with the remote error as cause', () => {
    const exceeded = remote('nova.exception', 'QuotaExceeded');
    const error = applicationError(exceeded, registry);
    expect(error).toBeInstanceOf(QuotaExceeded);
    expect(error).toMatchObject({ message: 'no more than 8', limit: 8, cause: exceeded });
  });

  test('keeps a cause that it was made with', () => {
    const made = new Error('made', { cause: 'mine' });
    const error = applicationError(notFound, { 'nova.exception.InstanceNotFound': () => made });
    expect(error).toBe(made);
    expect(made.cause).toBe('mine');
  });

  const broken = new Error('broken');
  test.each<[string, RemoteErrors[string], unknown]>([
    [
      'a function that throws',
      () => {
        throw broken;
      },
      broken,
    ],
    [
      'a class that throws',
      class extends Error {
        constructor() {
          super();
          throw broken;
        }
      },
      broken,
    ],
    ['a function that makes no error', (() => 'text') as never, expect.any(TypeError)],
    ['a class of no errors', class {} as never, expect.any(TypeError)],
  ])('with %s stays a remote error, whose cause says why', (_, make, cause) => {
    const plain = remote('m', 'C');
    expect(applicationError(plain, { 'm.C': make })).toBe(plain);
    expect(plain.cause).toEqual(cause);
  });
});

describe('any other failure', () => {
  test.each([
    ['of another module', remote('nova', 'InstanceNotFound')],
    ['of a module above', remote('', 'nova.exception.InstanceNotFound')],
    ['of another class', remote('nova.exception', 'InstanceNotFound_')],
    ['of the name of something inherited', remote('', 'constructor')],
    ['of a hostile name', remote('__proto__', 'constructor')],
  ])('%s stays a remote error', (_, error) => {
    expect(applicationError(error, registry)).toBe(error);
    expect(applicationError(error)).toBe(error);
  });

  test('that is no remote error stays what it is', () => {
    for (const error of [new InstanceNotFound('m'), null, 'text']) {
      expect(applicationError(error, registry)).toBe(error);
    }
  });
});

test('[remoteErrors] what is neither a class nor a function is refused by its name', async () => {
  const transport = Transport.of('memory://');
  const make = (): unknown =>
    new RPCClient(transport, { topic: 't' }, { remoteErrors: { 'm.C': 'Error' as never } });
  expect(make).toThrow(InvalidOptionError);
  expect(make).toThrow("remoteErrors['m.C'] must be a class or a function");
  await transport.close();
});
