import { describe, expect, it } from 'vitest';
import { runLoad } from '../../src/cli/bench/closed-loop.ts';
import { FailedCalls } from '../../src/cli/bench/failed-calls.ts';
import { Latencies } from '../../src/cli/bench/latencies.ts';
import { measureWindow } from '../../src/cli/bench/measure.ts';
import { within } from '../../src/cli/bench/within.ts';
import { orAborted } from '../../src/cli/or-aborted.ts';
import { RemoteError } from '../../src/index.ts';

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const hang = (): Promise<never> => new Promise(() => {});

function remoteError(name: string, message: string): RemoteError {
  return new RemoteError({
    class: name,
    module: 'builtins',
    message,
    args: [],
    kwargs: {},
    traceback: [],
  });
}

describe('runLoad', () => {
  it('keeps so many calls outstanding, and no more', async () => {
    let outstanding = 0;
    let most = 0;
    const call = async (): Promise<void> => {
      most = Math.max(most, ++outstanding);
      await turn();
      outstanding--;
    };
    const report = await runLoad({ call, outstanding: 7, durationMs: 50, signal: never });
    expect(most).toBe(7);
    expect(outstanding).toBe(0);
    expect(report.latencies.count).toBeGreaterThan(7);
    expect(report.elapsedMs).toBeGreaterThan(0);
  });

  it('counts calls that began in time and end late', async () => {
    const slow = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 60));
    };
    const report = await runLoad({ call: slow, outstanding: 3, durationMs: 5, signal: never });
    expect(report.latencies.count).toBe(3);
    expect(report.elapsedMs).toBeGreaterThanOrEqual(55);
  });

  it('counts failed calls apart, and lets others live where they fail at once', async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    const failing = async (): Promise<void> => {
      throw new TypeError('no');
    };
    const report = await runLoad({ call: failing, outstanding: 2, durationMs: 50, signal: never });
    clearInterval(counting);
    expect(report.latencies.count).toBe(0);
    expect(report.failed.count).toBeGreaterThan(2);
    expect(turns).toBeGreaterThan(0);
  });

  it('leaves alone what is outstanding when it is aborted', async () => {
    const abort = new AbortController();
    const load = runLoad({ call: hang, outstanding: 2, durationMs: 60_000, signal: abort.signal });
    abort.abort();
    const { latencies, failed } = await load;
    expect([latencies.count, failed.count]).toEqual([0, 0]);
  });
});

describe('measureWindow', () => {
  const options = {
    call: turn,
    outstanding: 2,
    warmUpMs: 5,
    durationMs: 50,
    serverPid: undefined,
    pinger: undefined,
    signal: never,
  };

  it('has the figures of the calls, and of this process', async () => {
    const report = await measureWindow(options);
    expect(report).toMatchObject({
      round: {
        callsPerSecond: expect.any(Number),
        errors: 0,
        cpuPer10kCalls: { client: expect.any(Number) },
        rssMb: { client: expect.any(Number) },
        stallMs: { client: expect.any(Number) },
      },
      isCut: false,
    });
    expect(report?.round.curve?.at(-1)).toEqual([100, report?.round.maxMs]);
    expect(report?.clientLoad).toBeGreaterThan(0);
  });

  it('fails when no call succeeds', async () => {
    const call = async (): Promise<void> => {
      throw new TypeError('not one of them');
    };
    await expect(measureWindow({ ...options, call })).rejects.toThrow('not one of them');
  });

  it('has what there is when it is cut short, and nothing when there is nothing', async () => {
    const cutting = new AbortController();
    let isMeasuring = false;
    const begin = (): void => {
      isMeasuring = true;
    };
    const call = async (): Promise<void> => {
      await turn();
      if (isMeasuring) setImmediate(() => cutting.abort());
    };
    const cut = {
      ...options,
      call,
      pinger: { begin, end: hang },
      durationMs: 60_000,
      signal: cutting.signal,
    };
    expect(await measureWindow(cut)).toMatchObject({ isCut: true, round: { errors: 0 } });
    expect(await measureWindow({ ...options, signal: AbortSignal.abort() })).toBeUndefined();
  });
});

describe('Latencies', () => {
  it('has percentiles to three digits', () => {
    const latencies = new Latencies();
    for (let ms = 1; ms <= 1000; ms++) latencies.record(ms);
    expect(latencies.percentileMs(50) / 500).toBeCloseTo(1, 2);
    expect(latencies.percentileMs(99) / 990).toBeCloseTo(1, 2);
    expect(latencies.maxMs / 1000).toBeCloseTo(1, 2);
    expect(latencies.count).toBe(1000);
  });

  it('is 0 of nothing, and takes what took no time', () => {
    const latencies = new Latencies();
    expect([latencies.percentileMs(50), latencies.maxMs]).toEqual([0, 0]);
    latencies.record(0);
    expect(latencies.count).toBe(1);
  });
});

it('FailedCalls names each class with its count and first message, the most first', () => {
  const failed = new FailedCalls();
  failed.add(new RangeError('far'));
  failed.add(remoteError('ValueError', 'too wide'));
  const more = new FailedCalls();
  more.add(remoteError('ValueError', 'too high'));
  failed.addAll(more);
  expect(failed.describe()).toBe('2 × ValueError (too wide), 1 × RangeError (far)');
  expect(failed.count).toBe(3);
  expect(failed.first).toBeInstanceOf(RangeError);
});

it('orAborted is the promise, or nothing', async () => {
  expect(await orAborted(Promise.resolve(1), never)).toBe(1);
  expect(await orAborted(hang(), AbortSignal.abort())).toBeUndefined();
  const later = new AbortController();
  const waiting = orAborted(hang(), later.signal);
  later.abort();
  expect(await waiting).toBeUndefined();
});

it('within tells whether it was in time', async () => {
  expect(await within(60_000, Promise.resolve())).toBe(true);
  expect(await within(1, hang())).toBe(false);
});
