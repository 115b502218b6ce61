import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ExecutorLoadFailure,
  InvalidOptionError,
  loadConfig,
  type RPCOptions,
  Runtime,
} from '../../src/index.ts';
import { noOpSerializer } from '../../src/serializer.ts';
import { errorOf, memory, openTheatre } from './theatre.ts';

const made = (rpc: object): Runtime =>
  new Runtime({
    rpc: { target: { topic: 't' }, endpoints: { echo: () => 1 }, ...rpc } as RPCOptions,
    signals: false,
  });

describe('how requests are dispatched', () => {
  it.each<[object, string]>([
    [{ accessPolicy: 'strict' }, 'rpc.accessPolicy'],
    [{ accessPolicy: () => true }, 'rpc.accessPolicy'],
    [{ exposeStacks: 'no' }, 'rpc.exposeStacks'],
    [
      { serializer: '' },
      'rpc.serializer: must be a module URL, a path, { module, export, options }',
    ],
    [{ serializer: { serializeEntity: () => 1 } }, 'rpc.serializer'],
    [{ serialiser: noOpSerializer }, "rpc.serialiser: unknown option (did you mean 'serializer'?)"],
  ])('is checked: %j', (rpc, text) => {
    expect(() => made(rpc)).toThrow(InvalidOptionError);
    expect(() => made(rpc)).toThrow(text);
  });

  it.each<object>([
    { accessPolicy: 'legacy', exposeStacks: false },
    { serializer: noOpSerializer },
    { serializer: new URL('file:///s.js') },
    { serializer: './s.js' },
    { serializer: { module: './s.js', export: 'S', options: {} } },
  ])('may be %j', (rpc) => {
    expect(made(rpc).state).toBe('idle');
  });
});

describe('[serializer]', () => {
  it('as an instance is refused by the pool, with what to write instead', async () => {
    const { runtime: make } = await openTheatre(memory);
    const runtime = make({ rpc: { serializer: noOpSerializer } });
    const error = await errorOf(runtime.start({ executor: 'pool' }));
    expect(error).toBeInstanceOf(ExecutorLoadFailure);
    expect((error as Error).message).toMatch(/^the pool executor loads serializer /);
    expect((error as Error).message).toContain('{ module, export, options }');
  });

  it('as a module is loaded in the hosts of a pool', async () => {
    const { runtime: make, client } = await openTheatre(memory);
    const module = new URL('../executors/endpoints/mint.ts', import.meta.url);
    await make({ rpc: { serializer: { module, export: 'StampSerializer' } } }).start({
      executor: 'pool',
    });
    expect(await client.call({}, 'echo', { value: 1 })).toMatchObject({ out: 'plain:1' });
  });

  it('of a config file is found from where that stands', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'x.json');
    const load = async (serializer: unknown) => {
      const rpc = { target: { topic: 't' }, endpoints: './e.js', serializer };
      await writeFile(file, JSON.stringify({ rpc }));
      return (await loadConfig(file)).options.rpc?.serializer;
    };
    expect(await load('./s.js')).toBe(path.join(folder, 's.js'));
    expect(await load({ module: './s.js', export: 'S' })).toEqual({
      module: path.join(folder, 's.js'),
      export: 'S',
    });
    expect(await load(undefined)).toBeUndefined();
  });
});

describe('[exposeStacks]', () => {
  it.each([true, false])(
    '%j: so are those of a call that is lost with its host',
    async (exposed) => {
      const { runtime: make, wrecker } = await openTheatre(memory);
      await make({ rpc: { exposeStacks: exposed } }).start({ executor: 'pool' });
      const error = await errorOf(wrecker.call({}, 'exit'));
      expect(error).toMatchObject({ remoteClass: 'HostCrashed' });
      expect((error as { remoteTraceback: unknown[] }).remoteTraceback.length > 0).toBe(exposed);
    },
  );
});

describe('[ping]', () => {
  it('is answered under the explicit policy, too', async () => {
    const { runtime: make, transport, topic } = await openTheatre(memory);
    await make({ rpc: { accessPolicy: 'explicit' } }).start({ executor: 'async' });
    const request = { method: 'oslo_rpc_server_ping', args: { any: 'arguments will do' } };
    const pong = await transport.call(
      { topic },
      { ...request, context: {} },
      { timeoutMs: 10_000 },
    );
    expect(pong).toBe('pong');
  });
});
