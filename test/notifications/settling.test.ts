import { describe, expect, it } from 'vitest';
import { memory, venues } from '../runtime/theatre.ts';
import { type Auditorium, openAuditorium } from './auditorium.ts';

const names = ({ seen }: Auditorium): string[] => seen.map(({ payload }) => payload.name);

describe.each(venues)('a notification over $kind', (venue) => {
  it('is acknowledged when it was handled, and not before', async () => {
    const hall = await openAuditorium(venue);
    const first = hall.runtime({ cancelGraceMs: 1 });
    await first.start();
    await hall.tell('held', { do: 'hold' });
    await hall.stage.untilEntered(1);

    expect(await first.drain({ timeoutMs: 0 })).toMatchObject({ returned: 1, finished: 0 });
    const second = hall.runtime();
    await second.start();
    await hall.stage.untilEntered(2);
    hall.stage.release(2);

    await expect.poll(() => second.counts.finished).toBe(1);
    expect(names(hall)).toEqual(['held', 'held']);
  });

  it('that fails is acknowledged all the same, with a line in the log', async () => {
    const hall = await openAuditorium(venue);
    const runtime = hall.runtime();
    await runtime.start();
    await hall.tell('thrown', { do: 'throw' });
    await hall.tell('asked for', { do: 'requeue' });
    await expect.poll(() => runtime.counts.finished).toBe(2);

    expect(hall.lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'a notification could not be handled; it is acknowledged all the same'],
      ['warn', 'acknowledged notifications that were to come again: allowRequeue is off'],
    ]);
  });

  it('[allowRequeue] comes again, and once it is handled is gone', async () => {
    const hall = await openAuditorium(venue);
    const runtime = hall.runtime({ notifications: { allowRequeue: true } });
    await runtime.start();
    await hall.tell('twice', { do: 'requeue-once' });
    await expect.poll(() => runtime.counts.finished).toBe(1);

    expect(names(hall)).toEqual(['twice', 'twice']);
    expect(runtime.counts).toMatchObject({ returned: 1, finished: 1 });
    expect(hall.lines).toEqual([]);
  });

  it('[maxRequeueDelayMs] that comes back again and again is held longer each time', async () => {
    const hall = await openAuditorium(venue);
    const runtime = hall.runtime({ notifications: { allowRequeue: true, lookAhead: 1 } });
    await runtime.start();
    const begun = performance.now();
    await hall.tell('always', { do: 'throw' });
    await hall.stage.untilNoted(5);

    // At once, after 50 ms, 100 and 200.
    expect(performance.now() - begun).toBeGreaterThan(345);
    await hall.tell('other');
    await expect.poll(() => runtime.counts.finished).toBe(1);
    // What is held goes back when the runtime stops, for somebody else to take.
    await runtime.stop();
    const [next] = [hall.runtime()];
    await next?.start();
    await expect.poll(() => next?.counts.finished).toBe(1);
  });

  it('that comes twice is handled once', async () => {
    const hall = await openAuditorium(venue);
    const runtime = hall.runtime();
    await runtime.start();
    const uniqueId = 'a'.repeat(32);
    await hall.tell('once', {}, { uniqueId });
    await hall.tell('once', {}, { uniqueId });
    await hall.tell('last');
    await expect.poll(() => runtime.counts.finished).toBe(2);

    expect(names(hall)).toEqual(['once', 'last']);
    expect(hall.lines).toMatchObject([
      { level: 'warn', message: 'dropped a notification that has been handled before' },
    ]);
    expect(await runtime.drain()).toMatchObject({ returned: 0 });
  });

  it('that comes twice while the first is handled runs again only if that failed', async () => {
    const hall = await openAuditorium(venue);
    const runtime = hall.runtime();
    await runtime.start();
    const uniqueId = 'b'.repeat(32);
    await hall.tell('held', { do: 'hold' }, { uniqueId });
    await hall.stage.untilEntered(1);
    await hall.tell('held', { do: 'hold' }, { uniqueId });
    await hall.tell('last');
    await hall.stage.untilNoted(2);
    hall.stage.release();
    await expect.poll(() => runtime.counts.finished).toBe(2);

    expect(names(hall)).toEqual(['held', 'last']);
  });

  it('that is none is rejected, with a line in the log', async () => {
    const hall = await openAuditorium(venue);
    const runtime = hall.runtime({ notifications: { limits: { maxBodyBytes: 2_000 } } });
    await runtime.start();
    const target = { topic: hall.topic };
    const send = (text: string): Promise<void> =>
      hall.transport.driver.send(
        { type: 'notification', target, priority: 'info' },
        { body: Buffer.from(text) },
      );
    await send('no JSON');
    await send('[1, 2]');
    await send(`"${'x'.repeat(3_000)}"`);
    await hall.tell('last');
    await expect.poll(() => runtime.counts.finished).toBe(1);

    expect(names(hall)).toEqual(['last']);
    const rejected = hall.lines.filter(({ level }) => level === 'error');
    expect(rejected.map(({ message }) => message)).toEqual(
      Array.from({ length: 3 }, () => 'rejected a message that is no notification'),
    );
  });

  it.each(['pool', 'process'] as const)(
    'that crashes its host comes again, and is set aside, under %s; nothing else is lost',
    async (executor) => {
      const hall = await openAuditorium(venue);
      const runtime = hall.runtime({ notifications: { maxCrashes: 2 } });
      await runtime.start({ executor });
      await hall.tell('bad', { do: 'crash' });
      for (let n = 0; n < 10; n++) await hall.tell(`good ${n}`);
      await expect.poll(() => runtime.counts).toMatchObject({ finished: 10, abandoned: 1 });

      expect(names(hall).filter((name) => name === 'bad')).toHaveLength(2);
      const told = hall.lines.map(({ message }) => message);
      expect(told).toContain('gave back notifications that were lost with their host');
      expect(told).toContain('set aside a notification that crashes its hosts');
      expect(await runtime.drain()).toMatchObject({ returned: 0, abandoned: 0 });
    },
  );
});

describe('with batches', () => {
  const batch = { size: 4, timeoutMs: 50 };
  const batches = ({ seen }: Auditorium): unknown[] =>
    seen.map(({ method, names: list }) => [method, ...list]);

  describe.each(venues)('notifications over $kind', (venue) => {
    it.each(['async', 'pool', 'process'] as const)('come in lists, under %s', async (executor) => {
      const hall = await openAuditorium(venue);
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await hall.tell(name);
      const runtime = hall.runtime({ notifications: { batch } });
      await runtime.start({ executor });
      await expect.poll(() => runtime.counts.finished).toBe(6);

      expect(batches(hall)).toEqual([
        ['info', 'a', 'b', 'c', 'd'],
        ['info', 'e', 'f'],
      ]);
      expect(await runtime.drain()).toMatchObject({ returned: 0, abandoned: 0 });
      expect(hall.lines).toEqual([]);
    });

    it('come again with all of their list', async () => {
      const hall = await openAuditorium(venue);
      for (const name of ['a', 'b']) await hall.tell(name, { do: 'requeue-once' });
      await hall.tell('c', {}, { priority: 'ERROR' });
      const runtime = hall.runtime({ notifications: { batch, allowRequeue: true } });
      await runtime.start();
      await expect.poll(() => runtime.counts.finished).toBe(3);

      expect(runtime.counts.returned).toBe(2);
      const wanted = [
        ['error', 'c'],
        ['info', 'a', 'b'],
        ['info', 'a', 'b'],
      ];
      expect(batches(hall).toSorted()).toEqual(wanted);
    });

    it('that were with one that crashed its host are handled alone', async () => {
      const hall = await openAuditorium(venue);
      await hall.tell('a');
      await hall.tell('bad', { do: 'crash' });
      for (const name of ['c', 'd', 'e']) await hall.tell(name);
      const runtime = hall.runtime({ notifications: { batch, maxCrashes: 3 } });
      await runtime.start({ executor: 'pool' });
      await expect.poll(() => runtime.counts).toMatchObject({ finished: 4, abandoned: 1 });

      const lists = batches(hall);
      expect(lists[0]).toEqual(['info', 'a', 'bad', 'c', 'd']);
      for (const name of ['a', 'c', 'd']) expect(lists).toContainEqual(['info', name]);
      const alone = lists.filter((list) => JSON.stringify(list) === '["info","bad"]');
      expect(alone).toHaveLength(2);
      expect(await runtime.drain()).toMatchObject({ returned: 0 });
    });
  });

  it('one that is no message keeps no other from being handled', async () => {
    const hall = await openAuditorium(memory);
    const target = { topic: hall.topic };
    await hall.tell('a');
    await hall.transport.driver.send(
      { type: 'notification', target, priority: 'info' },
      { body: Buffer.from('nothing') },
    );
    await hall.tell('c');
    const runtime = hall.runtime({ notifications: { batch } });
    await runtime.start();
    await expect.poll(() => runtime.counts.finished).toBe(2);

    expect(batches(hall)).toEqual([['info', 'a', 'c']]);
    expect(hall.lines).toMatchObject([{ message: 'rejected a message that is no notification' }]);
  });

  it('[timeoutMs] runs from the first one', async () => {
    const hall = await openAuditorium(memory);
    const runtime = hall.runtime({ notifications: { batch: { size: 100, timeoutMs: 300 } } });
    await runtime.start();
    const begun = performance.now();
    await hall.tell('a');
    await hall.tell('b');
    await hall.stage.untilNoted(1);

    expect(performance.now() - begun).toBeGreaterThan(295);
    expect(batches(hall)).toEqual([['info', 'a', 'b']]);
  });

  it('what waits for its batch goes back when the runtime stops', async () => {
    const hall = await openAuditorium(memory);
    const runtime = hall.runtime({ notifications: { batch: { size: 100, timeoutMs: 60_000 } } });
    await runtime.start();
    await hall.tell('a');
    expect(await runtime.drain()).toMatchObject({ returned: 1, finished: 0 });

    const next = hall.runtime({ notifications: { batch: { size: 1 } } });
    await next.start();
    await expect.poll(() => next.counts.finished).toBe(1);
  });
});
