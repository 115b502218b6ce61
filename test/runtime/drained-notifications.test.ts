import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RPCClient } from '../../src/index.ts';
import { newId } from '../../src/wire/ids.ts';
import { openAuditorium } from '../notifications/auditorium.ts';
import { keepingLog, type LogLine, memory, rabbit, venues } from './theatre.ts';

/** Room for one at a time, and for some that wait. */
const narrow = { async: { concurrency: 1 } } as const;

/** What a report says of a notification, and what it has to be sent with for that. */
function newNames(eventType = 'a.b') {
  return { messageId: randomUUID(), uniqueId: newId(), eventType };
}

describe.each(venues)('a drain on $kind', (venue) => {
  it.each(['async', 'pool', 'process'] as const)(
    'names notifications that did not end in time, under %s',
    async (executor) => {
      const hall = await openAuditorium(venue);
      const lines: LogLine[] = [];
      const runtime = hall.runtime({ log: keepingLog(lines) });
      await runtime.start({ executor });
      const held = newNames();
      await hall.tell('held', { do: 'hold' }, held);
      await hall.stage.untilEntered(1);
      const { returned, messages } = await runtime.drain({ timeoutMs: 20 });
      expect(returned).toBe(1);
      expect(messages).toEqual({ returned: [held], cancelled: [], abandoned: [] });
      expect(lines.at(-1)).toMatchObject({
        message: 'drained',
        fields: { returnedIds: [held.messageId] },
      });
    },
  );
});

describe('a drain', () => {
  it('names one that has moved to its host by its `_unique_id`', async () => {
    // The driver hands over a body of more than one frame, and it is gone from this thread.
    const hall = await openAuditorium(rabbit);
    const runtime = hall.runtime();
    await runtime.start({ executor: 'pool' });
    const { uniqueId, ...names } = newNames();
    const payload = { name: 'held', do: 'hold', filler: 'x'.repeat(300_000) };
    await hall.tell('held', {}, { payload, uniqueId, ...names });
    await hall.stage.untilEntered(1);
    const { returned, messages } = await runtime.drain({ timeoutMs: 20 });
    expect(returned).toBe(1);
    expect(messages.returned).toEqual([{ uniqueId }]);
  });

  it.each(['1.0', '2.0'] as const)(
    'names notifications that were not begun, of format %s',
    async (format) => {
      const hall = await openAuditorium(memory);
      const runtime = hall.runtime({ ...narrow, notifications: { lookAhead: 2 } });
      await runtime.start();
      await hall.tell('held', { do: 'hold' });
      await hall.stage.untilEntered(1);
      const waiting = [newNames('a.b'), newNames('c.d')];
      for (const names of waiting) await hall.tell('waiting', {}, { format, ...names });
      const draining = runtime.drain();
      hall.stage.release();
      const { returned, finished, messages } = await draining;
      expect({ returned, finished }).toEqual({ returned: 2, finished: 1 });
      expect(messages).toEqual({ returned: waiting, cancelled: [], abandoned: [] });
    },
  );

  it('names all of a batch', async () => {
    const hall = await openAuditorium(memory);
    const batch = { size: 3, timeoutMs: 60_000 };
    const runtime = hall.runtime({ notifications: { batch } });
    await runtime.start();
    const waiting = [newNames('a.b'), newNames('c.d')];
    for (const names of waiting) await hall.tell('waiting', {}, names);
    expect((await runtime.drain()).messages.returned).toEqual(waiting);
  });

  it('names one that is large, or has no names, by what it has', async () => {
    const hall = await openAuditorium(memory);
    const runtime = hall.runtime({ ...narrow, notifications: { lookAhead: 3 } });
    await runtime.start();
    await hall.tell('held', { do: 'hold' });
    await hall.stage.untilEntered(1);
    const { uniqueId, ...names } = newNames();
    await hall.tell('x'.repeat(100_000), {}, { uniqueId, ...names });
    await hall.tell('nameless', {}, { messageId: null, uniqueId: undefined, eventType: null });
    const target = { topic: hall.topic };
    await hall.transport.driver.send(
      { type: 'notification', target, priority: 'info' },
      { body: Buffer.from('no JSON') },
    );
    const draining = runtime.drain();
    hall.stage.release();
    const { returned, messages } = await draining;
    expect(returned).toBe(3);
    expect(messages.returned).toEqual([{ uniqueId }, {}, {}]);
  });

  it('names calls, then notifications, of a runtime that serves both; a hundred of each end', async () => {
    const hall = await openAuditorium(memory);
    const target = { topic: `${hall.topic}-rpc` };
    const runtime = hall.runtime({
      ...narrow,
      rpc: { target: { ...target, server: 's' }, endpoints: [{ note: () => {} }] },
      notifications: { lookAhead: 200 },
    });
    await runtime.start();
    await hall.tell('held', { do: 'hold' });
    await hall.stage.untilEntered(1);
    const waiting = Array.from({ length: 120 }, () => newNames());
    for (const names of waiting) await hall.tell('waiting', {}, names);
    await new RPCClient(hall.transport, target).cast({}, 'note');
    const draining = runtime.drain();
    hall.stage.release();
    const { returned, messages } = await draining;
    expect(returned).toBe(121);
    const anId = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect(messages.returned).toEqual([{ uniqueId: anId }, ...waiting.slice(0, 99)]);
  });
});
