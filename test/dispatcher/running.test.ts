import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CallContext, type Context } from '../../src/dispatcher/context.ts';
import { RPCDispatcher } from '../../src/dispatcher/rpc-dispatcher.ts';
import { noOpSerializer } from '../../src/serializer.ts';
import { failureFrom } from '../../src/wire/failure.ts';
import { dispatch, openCall } from './dispatching.ts';

class Echo {
  readonly #name: string;
  constructor(name = 'echo') {
    this.#name = name;
  }
  echo(_ctx: Context, args: Record<string, unknown>): unknown {
    return { name: this.#name, args };
  }
  fail(_ctx: Context, { error }: { error?: unknown }): unknown {
    throw error;
  }
}

describe('running the method', () => {
  const thenable = (then: PropertyDescriptor): object => Object.defineProperty({}, 'then', then);

  test('it gets the context of the call', async () => {
    const seen: Context[] = [];
    const endpoint = {
      target: { namespace: 'n', version: '1.4' },
      look: (ctx: Context) => seen.push(ctx),
    };
    const cancellation = { reason: 'cancelled', signal: AbortSignal.abort('gone') } as const;
    const { signal } = cancellation;
    const dispatcher = new RPCDispatcher({ endpoints: [endpoint] });
    const request = {
      method: 'look',
      args: {},
      namespace: 'n',
      version: '1.2',
      context: { user: 'alice' },
      call: { msgId: 'id', replyQueue: 'q', monitorTimeout: null },
    };
    await dispatcher.dispatch(request, { cancellation, deadline: 5 });
    expect(seen[0]).toBeInstanceOf(CallContext);
    expect(seen[0]).toMatchObject({
      values: { user: 'alice' },
      method: 'look',
      namespace: 'n',
      version: '1.2',
      msgId: 'id',
      deadline: 5,
      remainingMs: 0,
      aborted: true,
    });
    expect(seen[0]?.signal).toBe(signal);
  });

  test('a cast has no id', async () => {
    const endpoint = { look: (ctx: Context) => ctx.msgId ?? 'none' };
    expect(await dispatch([endpoint], { method: 'look' })).toEqual({
      type: 'result',
      result: 'none',
    });
  });

  test('it gets one object with exactly the arguments that were sent', async () => {
    const endpoint = {
      look(ctx: Context, args: Record<string, unknown>): unknown {
        const { constructor: inherited } = args;
        return {
          inherited,
          prototype: Object.getPrototypeOf(args),
          keys: Object.keys(args),
          ctx: ctx.values,
        };
      },
    };
    expect(await dispatch([endpoint], { method: 'look', args: { b: 1, a: 2 } })).toEqual({
      type: 'result',
      result: { inherited: undefined, prototype: null, keys: ['b', 'a'], ctx: {} },
    });
  });

  test.each([null, ['a'], 'a', 5])('arguments that are %o are a TypeError', async (args) => {
    const outcome = await dispatch([new Echo()], { args });
    expect(outcome).toMatchObject({
      type: 'failure',
      error: expect.any(TypeError),
      expected: false,
    });
  });

  test('this is the endpoint', async () => {
    const outcome = await dispatch([new Echo('private')], {});
    expect(outcome).toMatchObject({ result: { name: 'private' } });
  });

  test.each([undefined, null, 0, 'text', new RangeError('r'), thenable({ value: 5 })])(
    'a thrown %o is the failure, as it is',
    async (error) => {
      const endpoint = new Echo();
      expect(await dispatch([endpoint], { method: 'fail', args: { error } })).toEqual({
        type: 'failure',
        error,
        expected: false,
      });
      const rejecting = { echo: () => Promise.reject(error) };
      expect(await dispatch([rejecting], {})).toEqual({ type: 'failure', error, expected: false });
    },
  );

  const hostile = (): never => {
    throw new Error('m');
  };
  const rejecting = (_: unknown, reject: (error: unknown) => void): void => reject(new Error('m'));
  test.each<[string, () => unknown]>([
    ['a thenable that throws', () => thenable({ get: hostile })],
    ['a thenable that rejects', () => thenable({ value: rejecting })],
    ['a generator that is never begun', function* () {}],
  ])('%s does not make the dispatcher reject', async (_, method) => {
    expect(['result', 'failure']).toContain((await dispatch([{ echo: method }], {})).type);
  });

  test('whatever the request, the dispatcher answers', async () => {
    const json = fc.jsonValue();
    const request = fc.record(
      {
        method: fc.oneof(json, fc.constant('echo')),
        args: json,
        namespace: json,
        version: fc.oneof(json, fc.constant('1.0')),
      },
      { requiredKeys: [] },
    );
    const dispatcher = new RPCDispatcher({
      endpoints: [new Echo(), { target: { namespace: 'n' } }],
    });
    await fc.assert(
      fc.asyncProperty(request, async (fields) => {
        const outcome = await dispatcher.dispatch(
          { method: 1, args: {}, context: {}, ...fields },
          openCall,
        );
        if (outcome.type === 'failure')
          expect(typeof failureFrom(outcome.error).message).toBe('string');
        else expect(outcome.result).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe('the serializer', () => {
  test('each argument, the context and the result pass through it', async () => {
    const log: unknown[] = [];
    const serializer = {
      ...noOpSerializer,
      deserializeContext: (values: object) => ({ ...values, from: 'serializer' }),
      deserializeEntity: (context: unknown, entity: unknown) => {
        log.push(context);
        return `in:${entity}`;
      },
      serializeEntity: (context: unknown, entity: unknown) => {
        log.push(context);
        return `out:${entity}`;
      },
    };
    const endpoint = {
      add: (ctx: Context, { a, b }: { a?: unknown; b?: unknown }) =>
        `${a}+${b}+${ctx.values['from']}`,
    };
    const outcome = await dispatch(
      [endpoint],
      { method: 'add', args: { a: 1, b: 2 } },
      { serializer },
    );
    expect(outcome).toEqual({ type: 'result', result: 'out:in:1+in:2+serializer' });
    expect(log).toEqual(Array(3).fill({ from: 'serializer' }));
  });

  test('what it throws is the failure', async () => {
    const error = new Error('no such type');
    const throws = (): never => {
      throw error;
    };
    for (const name of ['deserializeContext', 'deserializeEntity', 'serializeEntity']) {
      const serializer = { ...noOpSerializer, [name]: throws };
      const outcome = await dispatch([new Echo()], { args: { a: 1 } }, { serializer });
      expect(outcome).toEqual({ type: 'failure', error, expected: false });
    }
  });
});
