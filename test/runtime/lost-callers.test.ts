import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Listener } from '../../src/driver/driver.ts';
import { decodeReply } from '../../src/wire/reply.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { type LogLine, openTheatre, type Theatre, venues } from './theatre.ts';

const waits = 'a reply waits: its queue is missing';
const gone = 'dropped a reply: its queue is gone';

const unknownQueue = (): string => `reply_${randomUUID().replaceAll('-', '')}`;
const messages = (lines: readonly LogLine[]): string[] => lines.map(({ message }) => message);

/** Sends a call that is to be answered to a queue that nobody may have. */
async function callFrom({ topic, transport }: Theatre, replyQueue: string, value: unknown) {
  const call = { msgId: `call ${value}`, replyQueue };
  const body = encodeRequest({ method: 'echo', args: { value }, context: {}, call });
  await transport.driver.send({ type: 'target', target: { topic } }, { body });
}

/** Polls until so many replies have come; a server's queue serves as a reply queue. */
async function take(listener: Listener, count: number): Promise<unknown[]> {
  const results: unknown[] = [];
  while (results.length < count) {
    for (const message of await listener.poll(1)) {
      results.push(decodeReply(message.body).result);
      message.acknowledge();
    }
  }
  return results;
}

describe.each(venues)('[missingReplyQueueTimeoutMs] on $kind', (venue) => {
  it('a reply is tried until then and dropped, and later ones at once', async () => {
    const theatre = await openTheatre(venue);
    const { client, lines } = theatre;
    await theatre.runtime({ rpc: { missingReplyQueueTimeoutMs: 400 } }).start();
    const queue = unknownQueue();
    const before = performance.now();
    await callFrom(theatre, queue, 1);
    await expect.poll(() => messages(lines), { timeout: 5_000 }).toEqual([waits, gone]);
    expect(performance.now() - before).toBeGreaterThan(400);
    expect(lines[1]?.fields).toEqual({ queue, msgId: 'call 1' });
    await callFrom(theatre, queue, 2);
    expect(await client.call({}, 'echo', { value: 'next' })).toBe('next');
    await expect.poll(() => messages(lines)).toEqual([waits, gone, gone]);
    expect(lines[2]?.fields).toEqual({ queue, msgId: 'call 2' });
  });

  it('a queue that comes meanwhile gets its replies, in their order', async () => {
    const theatre = await openTheatre(venue);
    const { client, lines, transport } = theatre;
    await theatre.runtime().start({ executor: 'blocking' });
    const queue = unknownQueue();
    for (const value of [1, 2, 3]) await callFrom(theatre, queue, value);
    await client.call({}, 'echo', { value: 'after them' });
    // A server's queue is one like any other, and its name is its topic.
    const target = { topic: queue, server: 'caller' };
    await using listener = await transport.driver.listen(target, { prefetch: 10 });
    expect(await take(listener, 3)).toEqual([1, 2, 3]);
    await callFrom(theatre, queue, 4);
    expect(await take(listener, 1)).toEqual([4]);
    expect(messages(lines)).toEqual([waits]);
  });

  it.each([
    ['blocking', 'on-dispatch'],
    ['async', 'on-dispatch'],
    ['async', 'on-reply'],
    ['pool', 'on-reply'],
  ] as const)('nobody waits for those who are gone: %s, %s', async (executor, acknowledge) => {
    const theatre = await openTheatre(venue);
    const { client, lines } = theatre;
    const runtime = theatre.runtime({
      async: { concurrency: 2 },
      rpc: { acknowledge, lookAhead: 1 },
    });
    await runtime.start({ executor });
    for (let lost = 0; lost < 20; lost += 1) await callFrom(theatre, unknownQueue(), lost);
    // Each of them is waited for during a minute.
    expect(await client.call({}, 'echo', { value: 'here' })).toBe('here');
    expect(messages(lines)).toEqual(Array(20).fill(waits));
    await runtime.stop({ graceMs: 0 });
    expect(messages(lines).slice(20)).toEqual([
      ...Array(20).fill('dropped a reply: its queue is missing'),
      'drained',
    ]);
  });
});

describe.each(venues)('calls of thousands who are gone on $kind', (venue) => {
  it('leave the others their place', async () => {
    const theatre = await openTheatre(venue);
    const { client, lines } = theatre;
    await theatre.runtime().start();
    const lost = Array.from({ length: 2_000 }, (_, value) =>
      callFrom(theatre, unknownQueue(), value),
    );
    await Promise.all(lost);
    await expect.poll(() => lines.length, { timeout: 20_000 }).toBe(2_000);
    const before = performance.now();
    for (let value = 0; value < 50; value += 1) await client.call({}, 'echo', { value });
    // Tried every 250 ms each, they would cost eight thousand publishes a second.
    expect((performance.now() - before) / 50).toBeLessThan(100);
  });
});
