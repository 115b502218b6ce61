import { formatChange, formatFigure } from '../../dist/cli/bench/figures.js';
import { metrics } from '../../dist/cli/bench/metrics.js';
import { reference, referenceAgain } from '../subjects.mjs';
import { Findings } from './findings.mjs';

const comparable = Object.keys(metrics).filter((name) => metrics[name].isComparable);

/** A change that is smaller is none, however quiet the machine was. */
const leastShare = 0.05;

/**
 * Says what got worse and what better between two results, for what is in both.
 *
 * It is the ratios to the reference that are compared, so that it need not be the same machine, and a
 * change counts when it exceeds what the reference, measured twice, differed from itself in either.
 *
 * @param {import('../../dist/cli/bench/result.js').BenchResult} before
 * @param {import('../../dist/cli/bench/result.js').BenchResult} now
 * @returns {{ worse: string[], better: string[], compared: number }}
 */
export function compared(before, now) {
  const [old, recent] = [new Findings(before.series), new Findings(now.series)];
  const changes = now.series
    .filter(({ subject }) => ![reference, referenceAgain].includes(subject))
    .flatMap((where) =>
      comparable
        .map((name) => changeOf(where, name, old, recent))
        .filter((change) => change !== undefined),
    );
  const lines = (isWorse) =>
    changes
      .filter((change) => change.isBeyondNoise && change.isWorse === isWorse)
      .toSorted((one, other) => Math.abs(other.share) - Math.abs(one.share))
      .map(({ text }) => text);
  return { worse: lines(true), better: lines(false), compared: changes.length };
}

function changeOf(where, name, old, recent) {
  const ratios = [old, recent].map((findings) => findings.ratio(where, name));
  const areRatios = !ratios.includes(undefined);
  const medians = [old, recent].map((findings) => findings.median(where, name));
  const [before, after] = areRatios ? ratios : medians;
  if (!before || after === undefined) return undefined;
  const share = after / before - 1;
  const noise = Math.max(leastShare, old.noise(where, name) ?? 0, recent.noise(where, name) ?? 0);
  const unit = areRatios ? ' × the reference' : '';
  return {
    share,
    isBeyondNoise: Math.abs(share) > noise,
    isWorse: metrics[name].better === 'higher' ? share < 0 : share > 0,
    text:
      `${where.measure}, ${where.subject} at ${where.outstanding}: ${metrics[name].name} ${formatChange(share)}, ` +
      `${formatFigure(before)} to ${formatFigure(after)}${unit} (noise ${(noise * 100).toFixed(0)} %)`,
  };
}
