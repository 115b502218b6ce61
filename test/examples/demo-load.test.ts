import { describe, expect, it } from 'vitest';

interface Load {
  readonly callers: number;
  readonly call: () => Promise<unknown>;
  readonly ping: () => Promise<unknown>;
  readonly pingEveryMs: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

interface Measured {
  readonly callsMs: readonly number[];
  readonly pingsMs: readonly number[];
}

interface Stalls {
  stop(): Promise<number>;
}

// The demo is plain JavaScript, so that it runs before anything is compiled; its types are here.
const { runLoad }: { runLoad(load: Load): Promise<Measured> } = await part('load.mjs');
const { StallMeter }: { StallMeter: { start(): Stalls } } = await part('stall.mjs');

const load: Load = {
  callers: 1,
  call: async () => block(300),
  ping: async () => undefined,
  pingEveryMs: 10,
  seconds: 0.2,
  signal: new AbortController().signal,
};

describe('runLoad', () => {
  it('counts a ping from when it was due, though a blocked event loop sends it late', async () => {
    const { callsMs, pingsMs } = await runLoad(load);
    expect(callsMs).toHaveLength(1);
    expect(pingsMs).toHaveLength(20);
    // Due 10 ms after the start, sent 300 ms after it, answered at once.
    expect(Math.max(...pingsMs)).toBeGreaterThan(250);
  });

  it('ends with the first failure, and with all other calls over', async () => {
    let begun = 0;
    let outstanding = 0;
    const call = async (): Promise<void> => {
      const isFifth = ++begun === 5;
      outstanding++;
      await new Promise((resolve) => setImmediate(resolve));
      outstanding--;
      if (isFifth) throw new Error('a reply is wrong');
    };
    await expect(runLoad({ ...load, callers: 3, seconds: 20, call })).rejects.toThrow(
      'a reply is wrong',
    );
    expect(outstanding).toBe(0);
    expect(begun).toBeLessThan(10);
  });
});

describe('StallMeter', () => {
  it('finds the longest time in which the event loop did not turn', async () => {
    const stalls = StallMeter.start();
    await new Promise((resolve) => setTimeout(resolve, 20));
    block(300);
    const longestMs = await stalls.stop();
    expect(longestMs).toBeGreaterThan(250);
  });
});

function part(file: string) {
  return import(new URL(`../../bench/demo/${file}`, import.meta.url).href);
}

function block(ms: number): void {
  const endAt = performance.now() + ms;
  while (performance.now() < endAt);
}
