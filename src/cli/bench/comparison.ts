import { type Metric, metrics, spreadIn } from './metrics.ts';
import type { BenchResult, BenchSeries } from './result.ts';
import { areApart, type Spread } from './spread.ts';

/** A figure that two results have. */
export interface Comparison {
  readonly measure: string;
  readonly subject: string;
  readonly outstanding: number;
  readonly metric: Metric;
  readonly before: Spread;
  readonly now: Spread;
  /** By how much the median has changed: 0.1 for a tenth more. Infinite where there was nothing. */
  readonly change: number;
  /** `same` when the ranges of the rounds overlap: that is noise. */
  readonly verdict: 'worse' | 'better' | 'same';
}

/** Ranges that lie apart by less than this are taken for the same: rounds in a row are alike by nature. */
const least = 0.03;

/** Compares all figures that both results have and that hold still enough for it. */
export function compareResults(before: BenchResult, now: BenchResult): Comparison[] {
  const compared = Object.values(metrics).filter(({ isComparable }) => isComparable);
  return now.series.flatMap((series) => {
    const old = before.series.find((one) => isSame(one, series));
    if (old === undefined) return [];
    return compared.flatMap((metric) => {
      const spreads = [spreadIn(old, metric), spreadIn(series, metric)] as const;
      const [then, today] = spreads;
      if (then === undefined || today === undefined) return [];
      const { measure, subject, outstanding } = series;
      return [{ measure, subject, outstanding, ...judge(metric, then, today) }];
    });
  });
}

/** What was worse by such a share or more: 0.1 for a tenth. */
export function regressions(
  comparisons: readonly Comparison[],
  share: number,
): readonly Comparison[] {
  return comparisons.filter(
    ({ verdict, change }) => verdict === 'worse' && Math.abs(change) >= share,
  );
}

/** What makes two results hard to compare, a sentence each. */
export function differences(before: BenchResult, now: BenchResult): string[] {
  const [then, today] = [before.machine, now.machine];
  const machines =
    then.cpu === today.cpu && then.cores === today.cores
      ? []
      : [`the machine was another: ${then.cores} × ${then.cpu}`];
  const names = new Set([...Object.keys(before.settings), ...Object.keys(now.settings)]);
  const settings = [...names]
    .filter((name) => before.settings[name] !== now.settings[name])
    .map((name) => `${name} was ${before.settings[name] ?? 'not given'}`);
  const missing = before.series
    .filter((old) => old.rounds.length > 0 && !now.series.some((one) => isSame(one, old)))
    .map(({ subject, outstanding }) => `${subject} with ${outstanding} outstanding is missing now`);
  const isSingle = [...before.series, ...now.series].some(({ rounds }) => rounds.length === 1);
  const single = isSingle ? ['a single round shows no noise: what seems a change may be some'] : [];
  return [...machines, ...settings, ...missing, ...single];
}

function isSame(a: BenchSeries, b: BenchSeries): boolean {
  return a.measure === b.measure && a.subject === b.subject && a.outstanding === b.outstanding;
}

function judge(
  metric: Metric,
  before: Spread,
  now: Spread,
): Pick<Comparison, 'metric' | 'before' | 'now' | 'change' | 'verdict'> {
  const difference = now.median - before.median;
  const change = difference === 0 ? 0 : difference / before.median;
  if (!areApart(before, now) || Math.abs(change) < least) {
    return { metric, before, now, change, verdict: 'same' };
  }
  const isHigher = now.median > before.median;
  const verdict = isHigher === (metric.better === 'higher') ? 'better' : 'worse';
  return { metric, before, now, change, verdict };
}
