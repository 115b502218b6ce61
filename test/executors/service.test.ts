import { threadId } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessPolicy } from '../../src/dispatcher/access-policy.ts';
import { ExecutorLoadFailure } from '../../src/errors.ts';
import type { Executor } from '../../src/executors/executor.ts';
import { LoopExecutor } from '../../src/executors/loop-executor.ts';
import type { HostedService } from '../../src/executors/service.ts';
import { defaultWireOptions, type WireOptions } from '../../src/executors/wire-options.ts';
import type { Reply } from '../../src/wire/reply.ts';
import type { Request } from '../../src/wire/request.ts';
import { replyOf, requestBody, runBody } from './conformance/workshop.ts';
import { inlineModule } from './inline-module.ts';
import { makePool } from './pool-making.ts';

const url = new URL('./endpoints/mint.ts', import.meta.url).href;
const endpoints = [{ url, export: 'Mint' }];

type Make = (options: HostedService & { readonly wire?: WireOptions }) => Executor;
const places: readonly [string, Make][] = [
  ['async', (options) => new LoopExecutor({ name: 'async', slots: 2, ...options })],
  ['pool', (options) => makePool(options)],
];

describe.each(places)('what is served under %s', (place, make) => {
  const served = (
    options: Parameters<Make>[0],
  ): ((request: Partial<Request>) => Promise<Reply>) => {
    let executor: Executor;
    beforeAll(async () => {
      executor = make(options);
      await executor.start(new AbortController().signal);
    });
    afterAll(() => executor.stop());
    return (request) => replyOf(runBody(executor, requestBody({ namespace: 'mint', ...request })));
  };

  describe('with a serializer', () => {
    const call = served({
      endpoints,
      serializer: { url, export: 'StampSerializer', options: { stamp: 'gold' } },
    });

    it('passes through it, where the method runs', async () => {
      const { result } = await call({ method: 'coin', args: { value: 5 } });
      expect(result).toEqual({ out: ['gold', 'gold:5'], thread: expect.any(Number) });
      const { thread } = result as { thread: number };
      expect(thread === threadId).toBe(place === 'async');
    });
  });

  describe.each<[AccessPolicy, readonly string[]]>([
    ['default', ['coin', 'unmarked']],
    ['explicit', ['coin']],
    ['legacy', ['coin', 'unmarked', '_underscored']],
  ])('with the %s policy', (accessPolicy, names) => {
    const call = served({ endpoints, accessPolicy });

    it(`offers ${names.join(', ')}`, async () => {
      const offered: string[] = [];
      for (const method of ['coin', 'unmarked', '_underscored', 'constructor', 'toString']) {
        const { failure } = await call({ method, args: {} });
        if (failure === undefined) offered.push(method);
        else expect(failure.class).toBe('NoSuchMethod');
      }
      expect(offered).toEqual(names);
    });
  });

  describe('with its stacks kept back', () => {
    const call = served({ endpoints, wire: { ...defaultWireOptions, exposeStacks: false } });

    it.each([
      ['fail', { class: 'ValueError', message: 'no silver', args: ['no silver'] }],
      ['unencodable', { class: 'TypeError' }],
      ['nosuch', { class: 'NoSuchMethod' }],
    ])('answers a call of %s without one', async (method, failure) => {
      expect((await call({ method })).failure).toMatchObject({ ...failure, tb: [] });
    });
  });

  describe('with its stacks shown', () => {
    const call = served({ endpoints });

    it('answers with one', async () => {
      const { failure } = await call({ method: 'fail' });
      expect(failure?.tb.join('')).toContain('mint.ts');
    });
  });

  it('does not start with a serializer that is none', async () => {
    const serializer = { url: inlineModule('export default {}') };
    const executor = make({ endpoints, serializer });
    const starting = executor.start(new AbortController().signal);
    await expect(starting).rejects.toBeInstanceOf(ExecutorLoadFailure);
    await expect(starting).rejects.toThrow('without serializeEntity');
    await executor.stop();
  });
});

it('the log has the stack that the caller does not get', async () => {
  const wire = { ...defaultWireOptions, exposeStacks: false };
  const executor = new LoopExecutor({ name: 'async', slots: 1, endpoints, wire });
  await executor.start();
  const body = requestBody({ namespace: 'mint', method: 'fail' });
  const outcome = await runBody(executor, body).outcome;
  expect(outcome).toMatchObject({
    failure: { tb: expect.arrayContaining([expect.stringContaining('mint.ts')]) },
  });
  await executor.stop();
});
