import { describe, expect, it } from 'vitest';
import { executorNames } from '../../src/index.ts';
import { memory, venues } from '../runtime/theatre.ts';
import { openAuditorium } from './auditorium.ts';

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
  it('serves calls and notifications with the same hosts', async () => {
    const { runtime: make, tell, stage, url, topic } = await openAuditorium(memory);
    const runtime = make({
      rpc: {
        target: { topic },
        endpoints: new URL('../executors/endpoints/actor.ts', import.meta.url),
      },
    });
    await runtime.start({ executor: 'pool' });
    const { connect, RPCClient } = await import('../../src/index.ts');
    const transport = await connect(url);
    const client = new RPCClient(transport, { topic, version: '1.0' });
    await tell('told');
    expect(await client.call({}, 'echo', { value: 'called' })).toBe('called');
    await stage.untilNoted(1);
    expect(runtime.hosts).toMatchObject({ wanted: 1 });
    await transport.close();
  });
});
