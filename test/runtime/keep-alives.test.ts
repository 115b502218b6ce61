import { describe, expect, it } from 'vitest';
import type { Destination, Driver, OutgoingMessage, SendOptions } from '../../src/driver/driver.ts';
import { MessageDeliveryFailure, MessageUndeliverable } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import { ReplySender } from '../../src/runtime/reply-sender.ts';
import { deferred } from '../../src/waiting.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { openReplyBox } from './reply-box.ts';
import { openTheatre, type Theatre, venues } from './theatre.ts';

async function monitored(
  { topic, transport }: Theatre,
  replyQueue: string,
  { msgId, method, seconds }: { msgId: string; method: string; seconds: number },
): Promise<void> {
  const call = { msgId, replyQueue, monitorTimeout: seconds };
  const body = encodeRequest({ method, args: {}, context: {}, call });
  await transport.driver.send({ type: 'target', target: { topic } }, { body });
}

describe.each(venues)('keep-alives on $kind', (venue) => {
  it.each([
    ['pool', 'block', 1, 500],
    ['pool', 'block', 2, 1000],
    ['async', 'hold', 1, 500],
  ] as const)(
    'come while %s runs %s, every half of %i s, and none after the reply',
    async (executor, method, seconds, everyMs) => {
      const theatre = await openTheatre(venue);
      const { stage, url } = theatre;
      await theatre.runtime().start({ executor });
      const box = await openReplyBox(url);
      await monitored(theatre, box.queue, { msgId: 'first', method, seconds });
      await stage.untilEntered(1);
      const startedAt = performance.now();
      await expect.poll(() => box.to('first').length, { timeout: 10_000 }).toBe(3);
      for (const [index, { at }] of box.to('first').entries()) {
        // The clock starts when the method does; a busy machine may be late, and catches up.
        expect(at - startedAt).toBeGreaterThan((index + 1) * everyMs - 100);
        expect(at - startedAt).toBeLessThan((index + 2) * everyMs + 400);
      }
      stage.release();
      await expect.poll(() => box.to('first').at(-1)?.ending).toBe(true);
      const count = box.to('first').length;
      // By the time another call has had two, the first would have had more.
      await monitored(theatre, box.queue, { msgId: 'second', method, seconds });
      await expect.poll(() => box.to('second').length, { timeout: 10_000 }).toBe(2);
      expect(box.to('first').length).toBe(count);
      const endings = box.to('first').map(({ ending }) => ending);
      expect(endings).toEqual([...Array(count - 1).fill(false), true]);
      stage.release();
      await expect.poll(() => box.to('second').at(-1)?.ending).toBe(true);
    },
  );

  it('are not left behind by a call of a method that is not there', async () => {
    const theatre = await openTheatre(venue);
    await theatre.runtime().start();
    const box = await openReplyBox(theatre.url);
    await monitored(theatre, box.queue, { msgId: 'none', method: 'nosuch', seconds: 1 });
    await monitored(theatre, box.queue, { msgId: 'held', method: 'hold', seconds: 1 });
    await expect.poll(() => box.to('held').length, { timeout: 10_000 }).toBe(3);
    expect(box.to('none')).toMatchObject([{ ending: true, failure: { class: 'NoSuchMethod' } }]);
    theatre.stage.release();
    await expect.poll(() => box.to('held').at(-1)?.ending).toBe(true);
  });
});

describe('ReplySender.keepAlive', () => {
  /** A sender over a driver whose sends end as the test says. */
  function sender(onSend: (options: SendOptions) => Promise<void>): {
    replies: ReplySender;
    sent: number[];
  } {
    const sent: number[] = [];
    const driver = {
      send(_to: Destination, _message: OutgoingMessage, options: SendOptions = {}) {
        sent.push(performance.now());
        return onSend(options);
      },
    } as unknown as Driver;
    const replies = new ReplySender({
      driver,
      missingQueueTimeoutMs: 0,
      queuePrefix: 'reply_',
      log: silentLog,
    });
    return { replies, sent };
  }
  const to = { queue: 'reply_of_the_test', msgId: { toString: 1 } };

  it('ends by itself when the queue is gone', async () => {
    const { replies, sent } = sender(() => Promise.reject(new MessageUndeliverable('no queue')));
    const other = sender(() => Promise.resolve());
    const stop = replies.keepAlive(to, 5);
    const stopOther = other.replies.keepAlive(to, 5);
    await expect.poll(() => other.sent.length).toBeGreaterThan(5);
    expect(sent.length).toBe(1);
    stop();
    stopOther();
  });

  it('goes on when the broker was away for one', async () => {
    const { replies, sent } = sender(() => Promise.reject(new MessageDeliveryFailure('away')));
    const stop = replies.keepAlive(to, 5);
    await expect.poll(() => sent.length).toBeGreaterThan(3);
    stop();
  });

  it('sends one at a time, and takes back the one that is not sent when it ends', async () => {
    const given: SendOptions[] = [];
    const never = deferred<void>();
    const { replies, sent } = sender((options) => {
      given.push(options);
      return never.promise;
    });
    const other = sender(() => Promise.resolve());
    const stop = replies.keepAlive(to, 5);
    const stopOther = other.replies.keepAlive(to, 5);
    await expect.poll(() => other.sent.length).toBeGreaterThan(5);
    expect(sent.length).toBe(1);
    stop();
    stopOther();
    expect(given[0]?.signal?.aborted).toBe(true);
    never.resolve();
  });

  it('tells nobody whose queue is no reply queue', async () => {
    const { replies, sent } = sender(() => Promise.resolve());
    const stop = replies.keepAlive({ ...to, queue: 'payments' }, 1);
    const other = sender(() => Promise.resolve());
    const stopOther = other.replies.keepAlive(to, 1);
    await expect.poll(() => other.sent.length).toBeGreaterThan(2);
    expect(sent.length).toBe(0);
    stop();
    stopOther();
  });
});
