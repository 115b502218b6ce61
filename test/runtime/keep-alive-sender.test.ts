import { describe, expect, it, onTestFinished } from 'vitest';
import type { SendOptions } from '../../src/driver/driver.ts';
import { MessageDeliveryFailure, MessageUndeliverable } from '../../src/errors.ts';
import { KeepAliveSender } from '../../src/runtime/keep-alive-sender.ts';
import { deferred } from '../../src/waiting.ts';

/** What a test decides of a keep-alive. */
interface Conditions {
  readonly send?: (options: SendOptions) => Promise<void>;
  readonly isHeard?: () => Promise<boolean>;
  readonly intervalMs?: number;
  readonly graceMs?: number;
}

/** Starts to send keep-alives that fare as the test says; ended with the test. */
function start({ send, isHeard, intervalMs = 5, graceMs = 60_000 }: Conditions = {}) {
  const sent: number[] = [];
  const gone: number[] = [];
  const sender = new KeepAliveSender({
    send: async (signal) => {
      sent.push(performance.now());
      await send?.({ signal });
    },
    isHeard: isHeard ?? (async () => true),
    intervalMs,
    graceMs,
    onGone: () => gone.push(performance.now()),
  });
  onTestFinished(() => sender.stop());
  return { sender, sent, gone };
}

const missing = (): Promise<never> => Promise.reject(new MessageUndeliverable('no queue'));
const away = (): Promise<never> => Promise.reject(new MessageDeliveryFailure('away'));

/** Resolves when another sender has sent so many. */
async function whileOthersSend(count: number): Promise<void> {
  const { sender, sent } = start();
  await expect.poll(() => sent.length).toBeGreaterThanOrEqual(count);
  sender.stop();
}

describe('KeepAliveSender', () => {
  it('goes on when the broker was away for one', async () => {
    const { sent, gone } = start({ send: away, graceMs: 0 });
    await expect.poll(() => sent.length).toBeGreaterThan(3);
    expect(gone).toEqual([]);
  });

  it('goes on when the broker does not say who consumes', async () => {
    const { sent, gone } = start({ isHeard: away, graceMs: 0 });
    await expect.poll(() => sent.length).toBeGreaterThan(3);
    expect(gone).toEqual([]);
  });

  it('sends one at a time, and takes back the one that is not sent when it ends', async () => {
    const given: SendOptions[] = [];
    const never = deferred<void>();
    const { sender, sent } = start({
      send: (options) => {
        given.push(options);
        return never.promise;
      },
    });
    await whileOthersSend(6);
    expect(sent.length).toBe(1);
    sender.stop();
    expect(given[0]?.signal?.aborted).toBe(true);
    never.resolve();
  });

  it('holds nobody to be gone once it has ended', async () => {
    const returned = deferred<void>();
    const { sender, sent, gone } = start({ send: () => returned.promise, graceMs: 0 });
    await expect.poll(() => sent.length).toBe(1);
    sender.stop();
    returned.reject(new MessageUndeliverable('no queue'));
    await whileOthersSend(2);
    expect(gone).toEqual([]);
  });

  it.each([
    ['missing', { send: missing }],
    ['consumed by nobody', { isHeard: async () => false }],
  ])(
    'holds a caller to be gone whose queue was %s all through the grace',
    async (_what, conditions) => {
      const { sent, gone } = start({ ...conditions, intervalMs: 20, graceMs: 200 });
      await expect.poll(() => gone.length).toBe(1);
      const [firstUnheard = 0] = sent;
      expect((gone[0] ?? 0) - firstUnheard).toBeGreaterThanOrEqual(200);
      const count = sent.length;
      await whileOthersSend(10);
      expect(sent.length).toBe(count);
      expect(gone.length).toBe(1);
    },
  );

  it('looks sooner than the interval says, once nobody has heard it', async () => {
    const { sent, gone } = start({ send: missing, intervalMs: 1_000, graceMs: 400 });
    await expect.poll(() => gone.length, { timeout: 10_000 }).toBe(1);
    const [firstUnheard = 0] = sent;
    expect((gone[0] ?? 0) - firstUnheard).toBeGreaterThanOrEqual(400);
    expect((gone[0] ?? 0) - firstUnheard).toBeLessThan(950);
    expect(sent.length).toBeGreaterThanOrEqual(3);
  });

  it('gives a caller up at once when there is no grace', async () => {
    const { sent, gone } = start({ send: missing, graceMs: 0 });
    await expect.poll(() => gone.length).toBe(1);
    expect(sent.length).toBe(1);
  });

  it('begins the grace anew when the caller was there in between', async () => {
    let beats = 0;
    const { sent, gone } = start({
      // Heard every third time: never away for long.
      send: async () => {
        beats += 1;
        if (beats % 3 !== 0) await missing();
      },
      intervalMs: 10,
      graceMs: 500,
    });
    await expect.poll(() => sent.length, { timeout: 20_000 }).toBeGreaterThan(100);
    expect(performance.now() - (sent[0] ?? 0)).toBeGreaterThan(600);
    expect(gone).toEqual([]);
  });

  it('does not count the time that the broker was away as the caller’s presence', async () => {
    let beats = 0;
    const { gone } = start({
      send: async () => {
        beats += 1;
        await (beats % 2 === 1 ? missing() : away());
      },
      intervalMs: 10,
      graceMs: 100,
    });
    await expect.poll(() => gone.length).toBe(1);
  });
});
