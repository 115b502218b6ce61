import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RPCClient, type Runtime } from '../../src/index.ts';
import { errorOf, memory, openTheatre, rabbit, type Theatre } from './theatre.ts';

const ping = 'oslo_rpc_server_ping';

describe('a ping under pool', () => {
  it('is answered while every slot of the pool is busy', async () => {
    const { client, runtime: make, stage, topic, transport } = await openTheatre(rabbit);
    await make().start({ executor: 'pool' });
    const prober = new RPCClient(transport, { topic });
    expect(await prober.call({}, ping)).toBe('pong');
    const busy = client.call({}, 'block', { value: 'done' });
    await stage.untilEntered(1);
    expect(await prober.call({}, ping)).toBe('pong');
    expect(stage.running).toBe(1);
    // With calls waiting in the topic's queue, the server's own queue still lets it pass.
    const waiting = Array.from({ length: 10 }, (_, value) => client.call({}, 'echo', { value }));
    expect(await prober.prepare({ server: 'server-1' }).call({}, ping)).toBe('pong');
    expect(stage.running).toBe(1);
    stage.release();
    expect(await busy).toBe('done');
    await Promise.all(waiting);
  });
});

describe.each(['blocking', 'async'] as const)('a ping under %s', (executor) => {
  const closers: (() => Promise<void>)[] = [];
  let theatre: Theatre;
  let runtime: Runtime;
  beforeAll(async () => {
    theatre = await openTheatre(memory, (close) => closers.unshift(close));
    runtime = theatre.runtime({ async: { concurrency: 1 } });
    await runtime.start({ executor });
  });
  afterAll(async () => {
    for (const close of closers) await close();
  });

  it('is answered while a call runs', async () => {
    const held = theatre.client.call({}, 'hold');
    await theatre.stage.untilEntered(1);
    const prober = new RPCClient(theatre.transport, { topic: theatre.topic });
    expect(await prober.call({}, ping)).toBe('pong');
    theatre.stage.release();
    await held;
  });

  it('of a namespace of an endpoint goes to the endpoint', async () => {
    const prober = new RPCClient(theatre.transport, { topic: theatre.topic, namespace: 'wreck' });
    expect(await errorOf(prober.call({}, ping))).toMatchObject({ remoteClass: 'NoSuchMethod' });
  });

  it('is not what only mentions its name', async () => {
    expect(await theatre.client.call({}, 'echo', { value: ping })).toBe(ping);
    expect(await theatre.client.call({ user: ping }, 'echo', { value: { [ping]: 1 } })).toEqual({
      [ping]: 1,
    });
  });
});

describe('[ping] false', () => {
  it('leaves the name to the endpoints', async () => {
    const { runtime: make, topic, transport } = await openTheatre(memory);
    await make({ rpc: { ping: false } }).start();
    const prober = new RPCClient(transport, { topic });
    expect(await errorOf(prober.call({}, ping))).toMatchObject({ remoteClass: 'NoSuchMethod' });
  });
});
