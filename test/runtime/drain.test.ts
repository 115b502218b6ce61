import { describe, expect, it } from 'vitest';
import { RemoteError } from '../../src/index.ts';
import { errorOf, memory, openTheatre, venues } from './theatre.ts';

/** Room for one call at a time, and for two that wait. */
const narrow = { async: { concurrency: 1 }, rpc: { lookAhead: 2 } } as const;

const anId = expect.stringMatching(/^[0-9a-f]{32}$/);

describe.each(venues)('drain on $kind', (venue) => {
  it('lets running calls finish and gives back those that wait', async () => {
    const { client, runtime: make, stage } = await openTheatre(venue);
    const leaving = make(narrow);
    await leaving.start();
    const held = client.call({}, 'hold', { value: 'held' });
    await stage.untilEntered(1);
    const waiting = Array.from({ length: 5 }, (_, value) => client.call({}, 'echo', { value }));
    const draining = leaving.drain();
    expect(leaving.state).toBe('draining');

    const coming = make();
    await coming.start();
    expect(await Promise.all(waiting)).toEqual([0, 1, 2, 3, 4]);
    expect(stage.running, 'the held call still runs').toBe(1);
    stage.release();
    expect(await held).toBe('held');
    const report = await draining;
    expect(report).toMatchObject({ finished: 1, abandoned: 0 });
    expect(report.returned).toBeLessThanOrEqual(2);
    expect(leaving.state).toBe('stopped');
    expect(await leaving.drain()).toEqual(report);
    expect(await coming.drain()).toMatchObject({ returned: 0, abandoned: 0 });
  });

  it('gives back what waits in a thread behind a call that computes', async () => {
    const { client, runtime: make, stage } = await openTheatre(venue);
    const leaving = make({ pool: { threads: 1 }, rpc: { lookAhead: 4 } });
    await leaving.start({ executor: 'pool' });
    const computing = client.call({}, 'block', { value: 'computed' });
    await stage.untilEntered(1);
    const waiting = Array.from({ length: 3 }, (_, value) => client.call({}, 'echo', { value }));
    // Answered outside the pool, after they were handed on.
    const pinger = client.prepare<{ oslo_rpc_server_ping(ctx: unknown): string }>({});
    await pinger.call({}, 'oslo_rpc_server_ping');
    const draining = leaving.drain();
    const coming = make();
    await coming.start();
    expect(await Promise.all(waiting)).toEqual([0, 1, 2]);
    expect(stage.running, 'the call still computes').toBe(1);
    stage.release();
    expect(await computing).toBe('computed');
    expect(await draining).toMatchObject({ returned: 3, abandoned: 0 });
  });
});

describe('drain', () => {
  it.each(['blocking', 'async', 'pool'] as const)(
    'abandons under %s what still runs when its time is over, and tells the caller',
    async (executor) => {
      const { client, runtime: make, stage, lines } = await openTheatre(memory);
      const runtime = make();
      await runtime.start({ executor });
      const held = errorOf(client.call({}, 'hold'));
      await stage.untilEntered(1);
      const report = await runtime.drain({ timeoutMs: 20 });
      expect(report).toMatchObject({ finished: 0, returned: 0, abandoned: 1 });
      const message = { msgId: anId, uniqueId: anId, method: 'hold' };
      expect(report.messages).toEqual({
        returned: [],
        cancelled: [],
        abandoned: [message],
      });
      const ids = report.messages.abandoned.map(({ msgId }) => msgId);
      expect(lines.at(-1)).toMatchObject({
        level: 'warn',
        message: 'drained',
        fields: { abandonedIds: ids },
      });
      const error = await held;
      expect(error).toBeInstanceOf(RemoteError);
      expect(error).toMatchObject({
        remoteClass: 'CallCancelled',
        remoteModule: 'greenroom',
        remoteMessage: 'call of hold was cancelled: the server is stopping',
      });
      expect(await runtime.closed).toBeUndefined();
    },
  );

  it('counts what waits here as given back', async () => {
    const { client, runtime: make, stage, transport, lines } = await openTheatre(memory);
    const runtime = make(narrow);
    await runtime.start();
    const held = client.call({}, 'hold');
    await stage.untilEntered(1);
    const waiting = Array.from({ length: 5 }, () => errorOf(client.call({}, 'echo', { value: 1 })));
    // What is sent is in the queues of this process at once; the second is answered by nobody.
    await client.prepare({ topic: 'nobody' }).cast({}, 'note');
    const draining = runtime.drain();
    stage.release();
    await held;
    const report = await draining;
    expect(report).toMatchObject({ finished: 1, returned: 2, abandoned: 0 });
    const { returned, ...others } = report.messages;
    expect(returned).toEqual([{ uniqueId: anId }, { uniqueId: anId }]);
    expect(others).toEqual({ cancelled: [], abandoned: [] });
    expect(lines.at(-1)).toEqual({
      level: 'info',
      message: 'drained',
      fields: {
        ms: expect.any(Number),
        finished: 1,
        returned: 2,
        abandoned: 0,
        cancelled: { deadline: 0, 'caller-gone': 0, cancelled: 0, draining: 0 },
        returnedIds: returned.map(({ uniqueId }) => uniqueId),
      },
    });
    await transport.close();
    await Promise.all(waiting);
  });

  it('is cut short by a stop without grace', async () => {
    const { client, runtime: make, stage } = await openTheatre(memory);
    const runtime = make();
    await runtime.start();
    const held = errorOf(client.call({}, 'hold'));
    await stage.untilEntered(1);
    const draining = runtime.drain({ timeoutMs: 600_000 });
    await runtime.stop({ graceMs: 0 });
    expect(await draining).toMatchObject({ finished: 0, returned: 0, abandoned: 1 });
    expect(await held).toMatchObject({ remoteClass: 'CallCancelled' });
  });

  it.each(['before', 'after'])(
    'is cut short by a signal that aborts %s it begins',
    async (when) => {
      const { client, runtime: make, stage } = await openTheatre(memory);
      const runtime = make();
      await runtime.start();
      const held = errorOf(client.call({}, 'hold'));
      await stage.untilEntered(1);
      const controller = new AbortController();
      if (when === 'before') controller.abort();
      const draining = runtime.drain({ timeoutMs: 600_000, signal: controller.signal });
      controller.abort();
      expect(await draining).toMatchObject({ abandoned: 1 });
      await held;
    },
  );

  it('[drainTimeoutMs] is how long it waits by default', async () => {
    const { client, runtime: make, stage } = await openTheatre(memory);
    const runtime = make({ drainTimeoutMs: 10 });
    await runtime.start();
    const held = errorOf(client.call({}, 'hold'));
    await stage.untilEntered(1);
    await runtime.stop();
    expect(await held).toMatchObject({ remoteClass: 'CallCancelled' });
  });

  it('ends a host that spins', async () => {
    const { wrecker, runtime: make, stage } = await openTheatre(memory);
    const runtime = make();
    await runtime.start({ executor: 'pool' });
    const spinning = errorOf(wrecker.call({}, 'spin'));
    await stage.untilEntered(1);
    expect(await runtime.drain({ timeoutMs: 10 })).toMatchObject({ abandoned: 1 });
    expect(await spinning).toMatchObject({ remoteClass: 'CallCancelled' });
  });

  it('waits for what a host was handed a moment ago', async () => {
    const { client, runtime: make, stage } = await openTheatre(memory);
    const runtime = make();
    await runtime.start({ executor: 'pool' });
    const held = client.call({}, 'hold', { value: 'answered' });
    await stage.untilEntered(1);
    const draining = runtime.drain();
    stage.release();
    expect(await draining).toMatchObject({ finished: 1, returned: 0, abandoned: 0 });
    expect(await held).toBe('answered');
  });

  it('has what was begun run again elsewhere under on-reply, and says which it was', async () => {
    const { client, runtime: make, stage } = await openTheatre(memory);
    const leaving = make({ rpc: { acknowledge: 'on-reply' } });
    await leaving.start({ executor: 'pool' });
    const held = client.call({}, 'hold', { value: 'held' });
    await stage.untilEntered(1);
    const { returned, abandoned, messages } = await leaving.drain({ timeoutMs: 20 });
    expect({ returned, abandoned }).toEqual({ returned: 1, abandoned: 0 });
    expect(messages.returned).toEqual([{ msgId: anId, uniqueId: anId, method: 'hold' }]);
    const coming = make();
    await coming.start();
    await stage.untilEntered(2);
    stage.release();
    expect(await held).toBe('held');
  });

  it('keeps no more than a hundred ids of each kind', async () => {
    const { client, runtime: make, stage, transport } = await openTheatre(memory);
    const runtime = make({ async: { concurrency: 1 }, rpc: { lookAhead: 300 } });
    await runtime.start();
    const held = client.call({}, 'hold');
    await stage.untilEntered(1);
    const waiting = Array.from({ length: 250 }, () => errorOf(client.call({}, 'note')));
    await client.prepare({ topic: 'nobody' }).cast({}, 'note');
    const draining = runtime.drain();
    stage.release();
    await held;
    const { returned, messages } = await draining;
    expect(returned).toBe(250);
    expect(messages.returned).toHaveLength(100);
    await transport.close();
    await Promise.all(waiting);
  });
});
