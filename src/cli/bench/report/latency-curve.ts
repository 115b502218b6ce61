import type { BenchRound } from '../result.ts';
import { spreadOf } from '../spread.ts';

/** A point of a latency curve. */
export type CurvePoint = readonly [percentile: number, ms: number];

/**
 * The median curve of some rounds: at each percentile the median of the rounds that have it, rising.
 * Rounds without a curve take part with the percentiles that they have.
 */
export function latencyCurve(rounds: readonly BenchRound[]): CurvePoint[] {
  const byPercentile = new Map<number, number[]>();
  for (const [percentile, ms] of rounds.flatMap(pointsOf)) {
    const found = byPercentile.get(percentile);
    if (found === undefined) byPercentile.set(percentile, [ms]);
    else found.push(ms);
  }
  return [...byPercentile]
    .map(([percentile, values]) => [percentile, spreadOf(values)?.median ?? 0] as const)
    .toSorted(([a], [b]) => a - b);
}

function pointsOf(round: BenchRound): readonly CurvePoint[] {
  if (round.curve !== undefined && round.curve.length > 0) return round.curve;
  return [
    [50, round.p50Ms],
    [90, round.p90Ms],
    [99, round.p99Ms],
    [100, round.maxMs],
  ];
}
