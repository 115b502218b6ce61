import type { BenchResult, BenchRound, BenchSeries } from '../../src/cli/bench/result.ts';

/** A round that has the given figures, and plain ones for the rest. */
export function round(figures: Partial<BenchRound> = {}): BenchRound {
  return {
    callsPerSecond: 100,
    p50Ms: 10,
    p90Ms: 12,
    p99Ms: 15,
    maxMs: 20,
    errors: 0,
    ...figures,
  };
}

/** A series of the method `add`, whose rounds have the given throughputs unless more is said. */
export function series(
  subject: string,
  rounds: readonly (number | Partial<BenchRound>)[],
  more: Partial<BenchSeries> = {},
): BenchSeries {
  return {
    measure: 'add',
    subject,
    outstanding: 16,
    rounds: rounds.map((one) => round(typeof one === 'number' ? { callsPerSecond: one } : one)),
    ...more,
  };
}

/** A result with the given series. */
export function result(all: readonly BenchSeries[], more: Partial<BenchResult> = {}): BenchResult {
  return {
    format: 1,
    startedAt: '2026-11-23T05:00:00.000Z',
    machine: { cpu: 'Sample CPU', cores: 2, memoryMb: 8192, os: 'Linux 6.1', loadBefore: 0.5 },
    versions: { node: '20.20.2', greenroom: '0.1.0' },
    settings: { method: 'add', rounds: 3 },
    series: all,
    ...more,
  };
}
