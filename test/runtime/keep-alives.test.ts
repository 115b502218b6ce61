import { describe, expect, it } from 'vitest';
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
