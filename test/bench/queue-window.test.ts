import { describe, expect, it } from 'vitest';

type QueueWindow = (left: () => Promise<number>, windowMs: number) => Promise<boolean>;

// The benchmark is plain JavaScript; the type of what is tested is here.
const { queueWindow }: { queueWindow: QueueWindow } = await import(
  new URL('../../bench/agent/queue-window.mjs', import.meta.url).href
);

/** For 50 ms, as far as it knows. */
const enough = 10_000;
const tooFew = 1;

describe('queueWindow', () => {
  it('lasts for its time while enough waits', async () => {
    const begun = performance.now();
    expect(await queueWindow(async () => enough, 80)).toBe(true);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
  });

  it('ends before the queue is empty, and is good when half of its time is over', async () => {
    expect(await queueWindow(lookingAt(tooFew, { afterMs: 100 }), 150)).toBe(true);
  });

  it('is good for no rate when it ends sooner', async () => {
    expect(await queueWindow(lookingAt(tooFew, { afterMs: 0 }), 10_000)).toBe(false);
  });

  it('is good for no rate when the queue was empty in it', async () => {
    expect(await queueWindow(lookingAt(0, { afterMs: 60 }), 100)).toBe(false);
  });
});

/** A queue in which enough waits at first. */
function lookingAt(waiting: number, { afterMs }: { afterMs: number }): () => Promise<number> {
  const begun = performance.now();
  return async () => (performance.now() - begun < afterMs ? enough : waiting);
}
