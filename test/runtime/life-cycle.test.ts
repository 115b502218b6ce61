import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { ClosedError, RPCClient, type Runtime } from '../../src/index.ts';
import { inlineModule } from '../executors/inline-module.ts';
import { errorOf, memory, openTheatre, venues } from './theatre.ts';

const cancelled = { deadline: 0, 'caller-gone': 0, cancelled: 0, draining: 0 };
const nothing = { finished: 0, returned: 0, abandoned: 0, cancelled };

describe('a runtime that was not started', () => {
  it('stops, and cannot be started any more', async () => {
    const runtime = (await openTheatre(memory)).runtime();
    expect(runtime).toMatchObject({ state: 'idle', executor: undefined, slots: 0 });
    await runtime.stop();
    await runtime.stop({ graceMs: 0 });
    expect(runtime.state).toBe('stopped');
    expect(await runtime.closed).toBeUndefined();
    await expect(runtime.start()).rejects.toThrow(ClosedError);
    const messages = { returned: [], cancelled: [], abandoned: [] };
    expect(await runtime.drain()).toEqual({ ...nothing, messages });
  });
});

describe.each(venues)('a runtime on $kind', (venue) => {
  it('serves from start to stop, and settles `closed` with nothing', async () => {
    const { client, runtime: make } = await openTheatre(venue);
    const runtime = make();
    let isClosed = false;
    void runtime.closed.then(() => {
      isClosed = true;
    });
    await runtime.start();
    expect(await client.call({}, 'echo', { value: 1 })).toBe(1);
    expect(isClosed).toBe(false);
    const stopping = runtime.stop();
    expect(runtime.state).toBe('draining');
    await Promise.all([stopping, runtime.stop(), runtime.stop({ graceMs: 0 })]);
    expect(runtime.state).toBe('stopped');
    expect(await runtime.closed).toBeUndefined();
    await runtime.stop();
    expect(await runtime.drain()).toMatchObject({ returned: 0, abandoned: 0 });
  });

  it('answers a second start with the first while it runs, and refuses it once stopped', async () => {
    const runtime = (await openTheatre(venue)).runtime();
    await Promise.all([runtime.start(), runtime.start()]);
    expect(runtime.state).toBe('running');
    await runtime.start();
    await runtime.stop();
    await expect(runtime.start()).rejects.toThrow(/was stopped; make another/);
    expect(runtime.state).toBe('stopped');
  });

  it('is stopped by `await using`', async () => {
    const { client, runtime: make, stage } = await openTheatre(venue);
    let made: Runtime;
    {
      await using runtime = make();
      made = runtime;
      await runtime.start();
      await client.cast({}, 'note');
      await stage.untilEntered(1);
      expect(runtime.state).toBe('running');
    }
    expect(made.state).toBe('stopped');
    expect(await made.closed).toBeUndefined();
  });

  it.each(['async', 'pool'] as const)(
    'that is stopped while %s starts closes all',
    async (name) => {
      const { client, runtime: make } = await openTheatre(venue);
      const runtime = make();
      const starting = errorOf(runtime.start({ executor: name }));
      await runtime.stop();
      expect(await starting).toBeInstanceOf(ClosedError);
      expect(runtime.state).toBe('stopped');
      expect(await runtime.closed).toBeUndefined();
      // Another one gets what is sent now: the first does not listen.
      const next = make();
      await next.start({ executor: 'async' });
      expect(await client.call({}, 'echo', { value: 'next' })).toBe('next');
    },
  );

  it('that is told by a signal to give up starting says so, and closes', async () => {
    const runtime = (await openTheatre(venue)).runtime();
    const controller = new AbortController();
    const starting = errorOf(runtime.start({ executor: 'pool', signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(await starting).toMatchObject({
      code: 'ERR_GREENROOM_CALL_CANCELLED',
      cause: { message: 'enough' },
    });
    expect(runtime.state).toBe('failed');
    expect(await runtime.closed).toBe(await errorOf(runtime.start()));
  });

  it('leaves a transport open that is not its own', async () => {
    const theatre = await openTheatre(venue);
    const { transport, runtime: make } = theatre;
    const runtime = make({ transport });
    await runtime.start();
    expect(await theatre.client.call({}, 'echo', { value: 1 })).toBe(1);
    await runtime.stop();
    const next = make({ transport });
    await next.start();
    expect(await theatre.client.call({}, 'echo', { value: 2 })).toBe(2);
  });
});

describe('a runtime that cannot go on', () => {
  it('closes all, and settles `closed` with the reason', async () => {
    const once = inlineModule(`export default class Once {
      constructor({ memory }) {
        if (Atomics.add(new Int32Array(memory), 0, 1) > 0) throw new Error('once is enough');
      }
      exit() { process.exit(1) }
    }`);
    const { lines, runtime: make, transport, topic } = await openTheatre(memory);
    const options = { memory: new SharedArrayBuffer(4) };
    const pool = { threads: 1, spareHosts: 0 };
    const runtime = make({ pool, rpc: { endpoints: { module: once, options } } });
    await runtime.start({ executor: 'pool' });
    const client = new RPCClient(transport, { topic });
    expect(await errorOf(client.call({}, 'exit'))).toMatchObject({ remoteClass: 'HostCrashed' });
    const reason = await runtime.closed;
    expect(reason).toMatchObject({ code: 'ERR_GREENROOM_EXECUTOR_LOAD_FAILURE' });
    expect(reason?.message).toMatch(/could not be replaced.*once is enough/);
    expect(runtime.state).toBe('failed');
    expect(lines).toContainEqual({
      level: 'error',
      message: 'the runtime failed and is stopping',
      fields: { reason: reason?.message },
    });
    expect(await errorOf(runtime.start())).toBe(reason);
  });
});

describe('a runtime that cannot start', () => {
  const endless = inlineModule('await new Promise(() => {})');

  it.each(['async', 'pool'] as const)('gives up under %s after `timeoutMs`', async (executor) => {
    const { runtime: make } = await openTheatre(memory);
    const runtime = make({ rpc: { endpoints: endless } });
    const error = await errorOf(runtime.start({ executor, timeoutMs: 30 }));
    expect(error).toMatchObject({ code: 'ERR_GREENROOM_TIMEOUT' });
    expect((error as Error).message).toMatch(/30 ms/);
    expect(runtime.state).toBe('failed');
    expect(await runtime.closed).toBe(error);
  });

  it.each(['async', 'pool'] as const)('can be stopped under %s all the same', async (executor) => {
    const { runtime: make } = await openTheatre(memory);
    const runtime = make({ rpc: { endpoints: endless } });
    const starting = errorOf(runtime.start({ executor }));
    await runtime.stop();
    expect(await starting).toBeInstanceOf(ClosedError);
    expect(runtime.state).toBe('stopped');
  });

  it.each(['blocking', 'async', 'pool'] as const)(
    'for an endpoint module that fails under %s names it, and closes all',
    async (executor) => {
      const { runtime: make } = await openTheatre(memory);
      const runtime = make({ rpc: { endpoints: inlineModule('throw new Error("not today")') } });
      const error = await errorOf(runtime.start({ executor }));
      expect(error).toMatchObject({ code: 'ERR_GREENROOM_EXECUTOR_LOAD_FAILURE' });
      expect((error as Error).message).toMatch(/data:text\/javascript.*not today/);
      expect(runtime.state).toBe('failed');
      expect(await runtime.closed).toBe(error);
      await runtime.stop();
      expect(runtime.state).toBe('failed');
    },
  );

  it('for a transport URL that cannot be read says so, without the password', async () => {
    const { runtime: make } = await openTheatre(memory);
    const runtime = make({ transport: 'carrier-pigeon://me:hunter2@loft/' });
    const error = await errorOf(runtime.start());
    expect(error).toMatchObject({ code: 'ERR_GREENROOM_INVALID_TRANSPORT_URL' });
    expect(String(error)).not.toContain('hunter2');
    expect(await runtime.closed).toBe(error);
  });

  it.each([
    [0, 'one attempt'],
    [2, '3 attempts'],
  ])(
    '[connectRetries] of %i gives up a broker that is not there after %s',
    async (connectRetries, attempts) => {
      const port = await closedPort();
      const { runtime: make } = await openTheatre(memory);
      const runtime = make({
        transport: `rabbit://me:hunter2@127.0.0.1:${port}/`,
        rabbit: { connectRetries, retryInitialMs: 1, retryMaxMs: 2 },
      });
      const error = await errorOf(runtime.start());
      expect(error).toMatchObject({ code: 'ERR_GREENROOM_DELIVERY_FAILURE', retryable: true });
      expect((error as Error).message).toContain(`127.0.0.1:${port} after ${attempts}: `);
      expect((error as Error).message).toContain('ECONNREFUSED');
      expect((error as Error).message).not.toContain('hunter2');
      expect(runtime.state).toBe('failed');
      expect(await runtime.closed).toBe(error);
    },
  );
});

/** A port of this machine that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
