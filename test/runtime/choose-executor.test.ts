import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ExecutorName, RPCOptions, RuntimeOptions } from '../../src/index.ts';
import { ExecutorLoadFailure, Runtime } from '../../src/index.ts';
import { endpointUrl } from '../executors/conformance/workshop.ts';
import { errorOf, memory, openTheatre } from './theatre.ts';

describe('the executor', () => {
  it.each<[string, ExecutorName | undefined, string, ExecutorName | undefined, ExecutorName]>([
    ['the argument of start() before all', 'blocking', 'pool', 'pool', 'blocking'],
    ['GREENROOM_EXECUTOR before the options', undefined, 'blocking', 'pool', 'blocking'],
    ['the options before the default', undefined, '', 'blocking', 'blocking'],
    ['async when nothing is said', undefined, '', undefined, 'async'],
  ])('is that of %s', async (_what, argument, environment, option, chosen) => {
    vi.stubEnv('GREENROOM_EXECUTOR', environment);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { client, runtime: make } = await openTheatre(memory);
    const runtime = make(option === undefined ? {} : { executor: option });
    await runtime.start({ executor: argument });
    expect(runtime.executor).toBe(chosen);
    expect(await client.call({}, 'echo', { value: chosen })).toBe(chosen);
  });

  it.each([
    ['poool', "there is no executor 'poool' (did you mean 'pool'?)"],
    ['Async', "there is no executor 'Async' (did you mean 'async'?)"],
    ['eventlet', "there is no executor 'eventlet' (there are: blocking, async, pool, process)"],
  ])('%s is refused, with the names there are', async (name, text) => {
    const { runtime: make } = await openTheatre(memory);
    const runtime = make();
    const error = await errorOf(runtime.start({ executor: name as ExecutorName }));
    expect(error).toBeInstanceOf(ExecutorLoadFailure);
    expect((error as Error).message).toBe(text);
    expect(runtime.state).toBe('failed');
  });

  it('that the environment names is refused too', async () => {
    vi.stubEnv('GREENROOM_EXECUTOR', 'poll');
    onTestFinished(() => void vi.unstubAllEnvs());
    const runtime = (await openTheatre(memory)).runtime();
    await expect(runtime.start()).rejects.toThrow("'poll' (did you mean 'pool'?)");
  });
});

describe('[endpoints]', () => {
  class Thumbnails {
    resize(): string {
      return 'small';
    }
  }
  const options = (endpoints: RPCOptions['endpoints']): RuntimeOptions => ({
    rpc: { target: { topic: 't', server: 's' }, endpoints },
    signals: false,
  });

  it('as an instance is refused by the pool, with what to write instead', async () => {
    const runtime = new Runtime(options(new Thumbnails()));
    const error = await errorOf(runtime.start({ executor: 'pool' }));
    expect(error).toBeInstanceOf(ExecutorLoadFailure);
    expect((error as Error).message).toMatch(/can't take an instance of Thumbnails/);
    expect((error as Error).message).toContain(
      "endpoints: new URL('./thumbnails.js', import.meta.url)",
    );
    expect((error as Error).message).toContain('{ module, export, options }');
    expect(runtime.state).toBe('failed');
  });

  it.each(['blocking', 'async'] as const)('as an instance is served under %s', async (executor) => {
    const { runtime: make, client } = await openTheatre(memory);
    await make({ rpc: { endpoints: { echo: () => 'instance' } } }).start({ executor });
    expect(await client.call({}, 'echo', { value: 1 })).toBe('instance');
  });

  const url = endpointUrl('actor');
  it.each<[string, RPCOptions['endpoints']]>([
    ['a URL', new URL(url)],
    ["a URL's text", url],
    ['a path', new URL(url).pathname],
    ['a module with an export', { module: new URL(url), export: 'Actor' }],
    ['a list', [{ other: () => 1 }, new URL(url)]],
  ])('as %s is served', async (_what, endpoints) => {
    const { runtime: make, client } = await openTheatre(memory);
    await make({ rpc: { endpoints } }).start({ executor: 'async' });
    expect(await client.call({}, 'echo', { value: 1 })).toBe(1);
  });
});
