import { describe, expect, it } from 'vitest';
import { executorNames, plannedTopology, RPCClient, Runtime } from '../../src/index.ts';
import { memory, venues } from '../runtime/theatre.ts';
import { listenerModule, openAuditorium } from './auditorium.ts';

describe.each(venues)('notifications over $kind', (venue) => {
  it.each(executorNames)('reach the methods of their priorities, under %s', async (executor) => {
    const auditorium = await openAuditorium(venue);
    const { runtime: make, tell, stage } = auditorium;
    const runtime = make();
    await runtime.start({ executor });

    await tell('first', {}, { context: { user: 'alice' }, messageId: 'one', format: '1.0' });
    await tell('second', {}, { priority: 'ERROR', publisherId: null });
    await stage.untilNoted(2);

    const [first, second] = auditorium.seen.toSorted((a, b) =>
      a.payload.name < b.payload.name ? -1 : 1,
    );
    expect(first).toMatchObject({
      method: 'info',
      publisherId: 'compute.host1',
      eventType: 'compute.instance.create.end',
      payload: { name: 'first' },
      metadata: { messageId: 'one', timestamp: '2026-11-22 22:53:06.794170' },
      values: { user: 'alice' },
    });
    expect(second).toMatchObject({ method: 'error', publisherId: null });
    await expect.poll(() => runtime.counts.finished).toBe(2);
    expect(await runtime.drain()).toMatchObject({ returned: 0, abandoned: 0 });
    expect(auditorium.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  });
});

describe('a runtime', () => {
  const endpoints = new URL('../executors/endpoints/actor.ts', import.meta.url);

  it('serves calls and notifications with the same hosts', async () => {
    const hall = await openAuditorium(memory);
    const { topic, transport } = hall;
    const runtime = hall.runtime({ rpc: { target: { topic }, endpoints } });
    await runtime.start({ executor: 'pool' });
    const client = new RPCClient(transport, { topic });
    await hall.tell('told');
    expect(await client.call({}, 'echo', { value: 'called' })).toBe('called');
    await expect.poll(() => runtime.counts.finished).toBe(2);
    expect(runtime.hosts).toMatchObject({ wanted: 1 });
    expect(hall.seen).toMatchObject([{ payload: { name: 'told' } }]);
  });

  it.each(executorNames)('lets neither starve the other, under %s', async (executor) => {
    const hall = await openAuditorium(memory);
    const { topic, transport } = hall;
    const told = 3_000;
    for (let n = 0; n < told; n++) await hall.tell(`${n}`);
    const { module } = listenerModule('listener', hall.stage);
    const runtime = hall.runtime({
      rpc: { target: { topic }, endpoints },
      notifications: { endpoints: { module, export: 'Sink' } },
      async: { concurrency: 1 },
    });
    await runtime.start({ executor });
    const client = new RPCClient(transport, { topic });
    let calls = 0;
    const keepCalling = async (): Promise<void> => {
      for (; calls < 200; calls++) await client.call({}, 'echo', { value: 1 });
    };
    await Promise.all(Array.from({ length: 20 }, keepCalling));

    // Both had more to do than there were slots, all the time.
    const handled = runtime.counts.finished - calls;
    expect(handled).toBeGreaterThan(20);
    expect(handled).toBeLessThan(told);
  });

  it('is refused without anything to serve', () => {
    expect(() => new Runtime({})).toThrow('rpc: there has to be rpc, or notifications, or both');
  });

  it('[temporaryPool] needs a pool', () => {
    const notifications = { targets: { topic: 't' }, endpoints: { info() {} } };
    expect(() => new Runtime({ notifications: { ...notifications, temporaryPool: true } })).toThrow(
      'notifications.temporaryPool: needs the name of a pool',
    );
    expect(() => new Runtime({ notifications: { ...notifications, targets: [] } })).toThrow(
      'notifications.targets',
    );
  });

  it('says which endpoints can get no notification', async () => {
    const notifications = { targets: { topic: 't' }, endpoints: { create() {} } };
    const runtime = new Runtime({ notifications, signals: false });
    await expect(runtime.start()).rejects.toThrow(/named like a priority: audit, debug/);
  });

  it('is planned with a queue that stands for those of each priority', () => {
    const { queues, bindings } = plannedTopology({
      transport: 'rabbit://127.0.0.1/',
      notifications: {
        targets: [{ topic: 'a' }, { topic: 'b', exchange: 'x' }],
        endpoints: 'e.js',
      },
    });
    expect(queues.map(({ name }) => name)).toEqual(['a.<priority>', 'b.<priority>']);
    expect(bindings.map(({ exchange }) => exchange)).toEqual(['openstack', 'x']);
  });
});
