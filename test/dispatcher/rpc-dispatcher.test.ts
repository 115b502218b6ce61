import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/dispatcher/context.ts';
import { PingEndpoint, pingMethod } from '../../src/dispatcher/ping-endpoint.ts';
import { NoSuchMethod, UnsupportedVersion } from '../../src/errors.ts';
import { failureFrom } from '../../src/wire/failure.ts';
import { dispatch } from './dispatching.ts';

class Echo {
  readonly #name: string;
  constructor(name = 'echo') {
    this.#name = name;
  }
  echo(_ctx: Context, args: Record<string, unknown>): unknown {
    return { name: this.#name, args };
  }
}
class Newer extends Echo {
  static target = { version: '1.5' };
  newer(): string {
    return 'newer';
  }
}
class Control extends Echo {
  static target = { namespace: 'control', version: '2.1' };
  control(): string {
    return 'control';
  }
}

const noSuchMethod = (name: string): object => ({
  type: 'failure',
  error: expect.objectContaining({
    name: 'NoSuchMethod',
    message: `Endpoint does not support RPC method ${name}`,
  }),
});
const unsupported = (version: string, name = 'echo'): object => ({
  type: 'failure',
  error: expect.objectContaining({
    name: 'UnsupportedVersion',
    message: `Endpoint does not support RPC version ${version}. Attempted method: ${name}`,
  }),
});

describe('finding the method', () => {
  const endpoints = [new Echo('first'), new Newer('second'), new Control('third')];

  test.each([
    ['the first endpoint that has it', {}, 'first'],
    ['the first whose version will do', { version: '1.3' }, 'second'],
    ['the one of the namespace', { namespace: 'control', version: '2.0' }, 'third'],
    ['the null namespace, when it is null', { namespace: null }, 'first'],
  ])('%s serves the request', async (_, request, name) => {
    const outcome = await dispatch(endpoints, request);
    expect(outcome).toMatchObject({ type: 'result', result: { name } });
  });

  test('an endpoint that lacks the method is passed over for the next', async () => {
    expect(await dispatch(endpoints, { method: 'newer' })).toEqual({
      type: 'result',
      result: 'newer',
    });
  });

  test.each<[string, object, object]>([
    ['no method of that name', { method: 'nope' }, noSuchMethod('nope')],
    ['a method of another namespace', { method: 'control' }, noSuchMethod('control')],
    [
      'a method of a version too old',
      { method: 'newer', version: '1.6' },
      unsupported('1.6', 'newer'),
    ],
    ['an unknown namespace', { namespace: 'nope' }, unsupported('1.0')],
    ['the empty namespace', { namespace: '' }, unsupported('1.0')],
    ['a namespace of another type', { namespace: 5 }, unsupported('1.0')],
    ['a major version too new', { version: '2.0' }, unsupported('2.0')],
    ['version null', { version: null }, unsupported('None')],
    ['a number as version', { version: 1.5 }, unsupported('1.5')],
    ['an object as version', { version: { toString: 1 } }, unsupported('{"toString":1}')],
    ['junk as version', { version: 'a.b' }, unsupported('a.b')],
    [
      'no method in an unknown namespace',
      { namespace: 'nope', method: undefined },
      unsupported('1.0', 'None'),
    ],
  ])('%s', async (_, request, failure) => {
    expect(await dispatch(endpoints, request)).toMatchObject(failure);
  });

  test.each<[string, string | null, object | undefined]>([
    ['its own', 'compute', undefined],
    ['a legacy one', 'old', undefined],
    ['the null one, when it is listed', null, undefined],
    ['another', 'other', unsupported('1.0')],
    ['the empty one, when it is not', '', unsupported('1.0')],
  ])('[legacyNamespaces] of an endpoint: %s', async (_, namespace, failure) => {
    const endpoint = {
      target: { namespace: 'compute', legacyNamespaces: ['old', null] },
      echo: (ctx: Context) => ctx.namespace ?? 'none',
    };
    const expected = failure ?? { type: 'result', result: namespace ?? 'none' };
    expect(await dispatch([endpoint], { namespace })).toMatchObject(expected);
  });

  test('with no endpoints every version is unsupported', async () => {
    expect(await dispatch([], {})).toMatchObject(unsupported('1.0'));
  });

  test.each([undefined, null, 5, ['echo'], { toString: 'echo' }, true])(
    'the method %o is a TypeError',
    async (method) => {
      const outcome = await dispatch(endpoints, { method });
      expect(outcome).toMatchObject({ type: 'failure', error: expect.any(TypeError) });
    },
  );

  test('a name of a megabyte is cut in the error', async () => {
    const outcome = await dispatch(endpoints, { method: 'x'.repeat(1_000_000) });
    expect(outcome).toMatchObject({ type: 'failure', error: expect.any(NoSuchMethod) });
    const { error } = outcome as { error: Error };
    expect(error.message.length).toBeLessThan(300);
  });

  test('a missing method is expected when its name says so', async () => {
    expect(await dispatch(endpoints, { method: 'x_ignore_errors' })).toMatchObject({
      expected: true,
    });
    expect(await dispatch(endpoints, { method: 'x' })).toMatchObject({ expected: false });
  });

  test('a method that the policy denies is not there', async () => {
    const denied = { accessPolicy: 'explicit' } as const;
    expect(await dispatch(endpoints, {}, denied)).toMatchObject(noSuchMethod('echo'));
  });

  test('a ping is answered in the null namespace only, whatever its arguments', async () => {
    const all = [new Control(), new PingEndpoint()];
    const ping = { method: pingMethod, args: { a: 1 } };
    expect(await dispatch(all, ping)).toEqual({ type: 'result', result: 'pong' });
    expect(await dispatch(all, { ...ping, version: '1.1' })).toMatchObject(
      unsupported('1.1', pingMethod),
    );
    expect(await dispatch(all, { ...ping, namespace: 'x' })).toMatchObject(
      unsupported('1.0', pingMethod),
    );
  });
});

test('the two errors of the dispatcher go out under the names that oslo.messaging gives them', async () => {
  const missing = await dispatch([new Echo()], { method: 'nosuch' });
  const version = await dispatch([new Echo()], { version: '9.0' });
  if (missing.type !== 'failure' || version.type !== 'failure') expect.unreachable();
  expect(missing.error).toBeInstanceOf(NoSuchMethod);
  expect(version.error).toBeInstanceOf(UnsupportedVersion);
  expect(failureFrom(missing.error)).toMatchObject({
    class: 'NoSuchMethod',
    module: 'oslo_messaging.rpc.dispatcher',
    args: ['Endpoint does not support RPC method nosuch'],
  });
  expect(failureFrom(version.error)).toMatchObject({
    class: 'UnsupportedVersion',
    module: 'oslo_messaging.rpc.dispatcher',
    message: 'Endpoint does not support RPC version 9.0. Attempted method: echo',
  });
});
