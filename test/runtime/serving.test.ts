import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executorNames, RemoteError, type Runtime } from '../../src/index.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { errorOf, memory, openTheatre, type Theatre, venues } from './theatre.ts';

describe.each(venues)('a runtime on $kind', (venue) => {
  describe.each(executorNames)('under %s', (executor) => {
    const closers: (() => Promise<void>)[] = [];
    let theatre: Theatre;
    let runtime: Runtime;
    beforeAll(async () => {
      theatre = await openTheatre(venue, (close) => closers.unshift(close));
      runtime = theatre.runtime();
      await runtime.start({ executor });
    });
    afterAll(async () => {
      for (const close of closers) await close();
    });

    it('answers as soon as it has started', async () => {
      expect(runtime.state).toBe('running');
      expect(runtime.executor).toBe(executor);
      expect(runtime.slots).toBe(executor === 'async' ? 64 : 1);
      expect(await theatre.client.call({}, 'echo', { value: 'first' })).toBe('first');
    });

    it('runs a cast', async () => {
      const before = theatre.stage.entered;
      await theatre.client.cast({}, 'note');
      await theatre.stage.untilEntered(before + 1);
      expect(theatre.stage.entered).toBe(before + 1);
    });

    it('answers a call to its own server name, and hears a fanout', async () => {
      const before = theatre.stage.entered;
      const own = theatre.client.prepare({ server: 'server-1' });
      expect(await own.call({}, 'echo', { value: 1 })).toBe(1);
      await theatre.client.prepare({ fanout: true }).cast({}, 'note');
      await theatre.stage.untilEntered(before + 1);
      expect(theatre.stage.entered).toBe(before + 1);
    });

    it('raises at the caller what the method threw', async () => {
      const error = await errorOf(theatre.client.call({}, 'fail', { message: 'no such rank' }));
      expect(error).toBeInstanceOf(RemoteError);
      expect(error).toMatchObject({ remoteMessage: 'no such rank', remoteArgs: ['no such rank'] });
      expect((error as RemoteError).remoteTraceback.join('')).toContain('actor.ts');
    });

    it.each([
      ['an unknown method', { method: 'mix' }, 'NoSuchMethod'],
      ['a wrong version', { method: 'echo', version: '9.0' }, 'UnsupportedVersion'],
    ])('tells the caller of %s', async (_what, request, remoteClass) => {
      const error = await errorOf(
        theatre.transport.call(
          { topic: theatre.topic, ...request },
          { args: {}, context: {}, ...request },
          { timeoutMs: 20_000 },
        ),
      );
      expect(error).toMatchObject({ remoteClass, remoteModule: 'oslo_messaging.rpc.dispatcher' });
    });

    it('goes on after bodies that are no requests, and logs a line for each', async () => {
      const before = theatre.lines.length;
      const send = (text: string) =>
        theatre.transport.driver.send(
          { type: 'target', target: { topic: theatre.topic } },
          { body: Buffer.from(text) },
        );
      await send('not json');
      await send('{"oslo.version": "3.0", "oslo.message": "{}"}');
      expect(await theatre.client.call({}, 'echo', { value: 'still there' })).toBe('still there');
      expect(theatre.lines.slice(before)).toMatchObject([
        { level: 'error', message: 'rejected a message that is no request' },
        { level: 'error', message: 'rejected a message that is no request' },
      ]);
    });

    it('drops a reply to a queue that is no reply queue', async () => {
      const before = theatre.lines.length;
      const call = { msgId: 'id', replyQueue: theatre.topic };
      const body = encodeRequest({ method: 'note', args: {}, context: {}, call });
      await theatre.transport.driver.send(
        { type: 'target', target: { topic: theatre.topic } },
        { body },
      );
      expect(await theatre.client.call({}, 'echo', { value: 2 })).toBe(2);
      await expect
        .poll(() => theatre.lines.slice(before), { timeout: 20_000 })
        .toMatchObject([{ message: 'dropped a reply to a queue that is no reply queue' }]);
    });
  });
});

describe.each(venues)('the blocking executor on $kind', (venue) => {
  it('keeps the order of what was sent, one at a time, reply included', async () => {
    const theatre = await openTheatre(venue);
    await theatre.runtime().start({ executor: 'blocking' });
    const order: number[] = [];
    // Resolves when the broker has it, so what comes next was sent later.
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      calls.push(
        theatre.client
          .call({}, i % 2 === 0 ? 'hold' : 'echo', { value: i })
          .then((value) => order.push(Number(value))),
      );
    }
    theatre.stage.release(10);
    await Promise.all(calls);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(theatre.stage.peak).toBe(1);
  });
});

describe('the async executor', () => {
  it('[concurrency] runs that many calls at once, and no more', async () => {
    const theatre = await openTheatre(memory);
    const runtime = theatre.runtime({ async: { concurrency: 3 } });
    await runtime.start({ executor: 'async' });
    expect(runtime.slots).toBe(3);
    const calls = Array.from({ length: 10 }, (_, i) =>
      theatre.client.call({}, 'hold', { value: i }),
    );
    await theatre.stage.untilEntered(3);
    for (let entered = 4; entered <= 10; entered++) {
      theatre.stage.release();
      await theatre.stage.untilEntered(entered);
    }
    theatre.stage.release(3);
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(theatre.stage.peak).toBe(3);
  });
});
