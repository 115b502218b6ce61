import { formatRatio } from './figures.ts';
import { metrics, spreadIn } from './metrics.ts';
import type { BenchMachine, BenchSeries } from './result.ts';

/** Rounds of an undisturbed machine differ by less. */
const disturbed = 1.3;

/** Says why the figures may be more noise than anything else, a sentence each. */
export function noiseNotes(
  series: readonly BenchSeries[],
  { cores, loadBefore }: BenchMachine,
): string[] {
  const busy =
    loadBefore < cores * 0.5
      ? []
      : [`the machine had other work when it began: load ${loadBefore} on ${cores} cores`];
  const [worst] = series
    .flatMap((one) => {
      const { min = 0, max = 0 } = spreadIn(one, metrics.callsPerSecond) ?? {};
      return min > 0 && max / min >= disturbed ? [{ one, min, max }] : [];
    })
    .toSorted((a, b) => b.max / b.min - a.max / a.min);
  if (worst === undefined) return busy;
  const { one, min, max } = worst;
  const where = `${one.subject} with ${one.outstanding} outstanding`;
  return [
    ...busy,
    `rounds of the same differ by up to ${formatRatio(max, min)} × in throughput (${where}): quieten the machine, or measure for longer`,
  ];
}
