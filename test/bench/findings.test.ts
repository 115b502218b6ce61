import { describe, expect, it } from 'vitest';
import type { BenchResult, BenchSeries } from '../../src/cli/bench/result.ts';

interface Judgement {
  readonly name: string;
  readonly value: number;
  readonly verdict: string;
}

interface Changes {
  readonly worse: readonly string[];
  readonly better: readonly string[];
}

type FindingsClass = new (series: readonly BenchSeries[]) => object;

// The benchmark is plain JavaScript, as the demo is; the types of what is tested are here.
const { Findings }: { Findings: FindingsClass } = await part('findings/findings.mjs');
const { judged }: { judged(findings: object): Judgement[] } = await part('findings/figures.mjs');
const { compared }: { compared(before: BenchResult, now: BenchResult): Changes } =
  await part('findings/comparison.mjs');
const {
  planOf,
  windowsIn,
}: { planOf(options: object): object[]; windowsIn(plan: object): number } = await part('plan.mjs');
const { processUsage }: { processUsage(pid: number): { cpuSeconds: number; rssMb: number } } =
  await part('process-usage.mjs');

describe('judged', () => {
  it('holds medians against the figures, in their direction', () => {
    const figures = judged(
      new Findings([
        series('amqplib by hand', [900, 1_000, 5_000], 0.5),
        series('Greenroom async', [1_100, 1_000, 10], 0.6),
      ]),
    );
    expect(figures).toMatchObject([
      { name: 'throughput of async', value: 1, verdict: 'met' },
      { name: 'server CPU per call of async', value: 1.2, verdict: 'missed' },
      { name: 'p99 of async', value: 1, verdict: 'met' },
    ]);
  });

  it('takes the faster of two peers', () => {
    const figures = judged(
      new Findings([
        series('Greenroom async', [1_000]),
        series('oslo.messaging, threading', [10]),
        series('oslo.messaging, eventlet', [50]),
      ]),
    );
    expect(figures[0]).toMatchObject({ value: 20, verdict: 'met' });
  });

  it('holds notifications against them, one by one and in batches', () => {
    const oneByOne = { measure: 'notifications 100 B', outstanding: 1 };
    const inBatches = { measure: 'notifications in batches', outstanding: 100 };
    const figures = judged(
      new Findings([
        { ...series('amqplib by hand', [1_000]), ...oneByOne },
        { ...series('Greenroom async', [800]), ...oneByOne },
        { ...series('Greenroom pool', [100]), ...oneByOne },
        { ...series('oslo.messaging, threading', [100]), ...oneByOne },
        { ...series('amqplib by hand', [1_000]), ...inBatches },
        { ...series('Greenroom async, batches', [2_000]), ...inBatches },
        { ...series('Greenroom pool, batches', [1_000]), ...inBatches },
        { ...series('oslo.messaging, threading', [400]), ...inBatches },
      ]),
    );
    expect(figures).toMatchObject([
      { name: 'notifications of async, one by one', value: 0.8, verdict: 'met' },
      { name: 'notifications of async in batches', value: 2, verdict: 'aim reached' },
      { name: 'notifications of pool in batches', value: 1, verdict: 'met' },
      { name: 'notifications of async to oslo.messaging', value: 8, verdict: 'met' },
      { name: 'notifications of async in batches to oslo.messaging', value: 5, verdict: 'missed' },
    ]);
  });
});

describe('compared', () => {
  const before = result(series('amqplib by hand', [1_000]), series('Greenroom async', [1_000]));

  it('reports what got worse next to the reference, though the machine is another', () => {
    const now = result(series('amqplib by hand', [2_000]), series('Greenroom async', [1_400]));
    const { worse, better } = compared(before, now);
    expect(worse).toHaveLength(1);
    expect(worse[0]).toMatch(
      /^echo 100 B, Greenroom async at 128: throughput -30 %, 1\S* to 0\.7\S* × the reference/,
    );
    expect(better).toEqual([]);
  });

  it('reports nothing that is within the noise of the reference', () => {
    const noisy = series('amqplib by hand, again', [1_300]);
    const now = result(
      series('amqplib by hand', [1_000]),
      noisy,
      series('Greenroom async', [750], 0.5),
    );
    expect(compared(before, now)).toMatchObject({ worse: [], better: [] });
  });

  it('leaves out what only one of them has', () => {
    const now = result(series('amqplib by hand', [1_000]), series('Nest', [1]));
    expect(compared(before, now)).toMatchObject({ worse: [], better: [], compared: 0 });
  });
});

describe('planOf', () => {
  it('keeps the reference and the peers that were chosen, of the measures that match', () => {
    const plan = planOf({ quick: false, only: /^echo 1 K/i, peers: ['greenroom'] });
    expect(plan).toMatchObject([
      {
        measure: { name: 'echo 1 KiB' },
        entries: [
          { subject: { name: 'amqplib by hand' }, outstanding: [128] },
          { subject: { name: 'Greenroom async' } },
        ],
      },
    ]);
    expect(windowsIn(plan)).toBe(2);
  });
});

describe.runIf(process.platform === 'linux')('processUsage', () => {
  it('grows with what a process computes', () => {
    const before = processUsage(process.pid);
    const { user, system } = process.cpuUsage();
    const endAt = performance.now() + 200;
    while (performance.now() < endAt);
    const used = process.cpuUsage({ user, system });
    const after = processUsage(process.pid);
    // The kernel counts in hundredths of a second.
    const seconds = (used.user + used.system) / 1e6;
    expect(Math.abs(after.cpuSeconds - before.cpuSeconds - seconds)).toBeLessThan(0.15);
    expect(after.rssMb).toBeGreaterThan(10);
  });
});

function series(subject: string, perSecond: readonly number[], cpu = 0.5): BenchSeries {
  const latency = { p50Ms: 1, p90Ms: 2, p99Ms: 3, maxMs: 4 };
  const rounds = perSecond.map((callsPerSecond) => ({
    callsPerSecond,
    ...latency,
    errors: 0,
    cpuPer10kCalls: { server: cpu },
  }));
  return { measure: 'echo 100 B', subject, outstanding: 128, rounds };
}

function result(...all: BenchSeries[]): BenchResult {
  return {
    format: 1,
    startedAt: '2026-11-23T00:00:00.000Z',
    machine: { cpu: 'a CPU', cores: 2, memoryMb: 1_024, os: 'Linux', loadBefore: 0 },
    versions: {},
    settings: {},
    series: all,
  };
}

function part(file: string) {
  return import(new URL(`../../bench/${file}`, import.meta.url).href);
}
