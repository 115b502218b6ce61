import { differences } from '../../dist/cli/bench/comparison.js';
import { compared } from './comparison.mjs';
import { Findings } from './findings.mjs';
import { formatTable, rendered } from './table.mjs';

/**
 * Prints the table of a measure, when it is through.
 *
 * @param {import('../measures/measure.mjs').Measure} measure
 * @param {readonly import('../../dist/cli/bench/result.js').BenchSeries[]} measured
 */
export function printMeasure({ name, about }, measured) {
  console.log(`\n${name}: ${about}`);
  const present = measured.filter(({ rounds }) => rounds.length > 0);
  if (present.length > 0) console.log(formatTable(present, new Findings(measured)));
  const skipped = measured.filter((one) => one.skipped !== undefined);
  const reasons = skipped.map((one) => `skipped: ${one.subject}: ${one.skipped}`);
  for (const line of new Set(reasons)) console.log(line);
}

/**
 * Prints what all measures together say.
 *
 * @param {import('./conclusion.mjs').Conclusion} conclusion
 */
export function printConclusion({ result, figures }) {
  if (result.notes.length > 0) console.log(`\n${result.notes.join('\n')}`);
  if (figures.length > 0) console.log(`\n${rendered(figures)}\n${result.conclusion}`);
}

/**
 * Prints what has changed since an earlier run.
 *
 * @param {import('../../dist/cli/bench/result.js').BenchResult} before
 * @param {import('../../dist/cli/bench/result.js').BenchResult} now
 * @param {string} file Where the earlier one was read from.
 */
export function printComparison(before, now, file) {
  const { worse, better, compared: count } = compared(before, now);
  console.log(`\nCompared with ${file}: ${count} figures.`);
  for (const difference of differences(before, now)) console.log(`Mind that ${difference}.`);
  const print = (title, lines) => {
    if (lines.length > 0) console.log(`${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  };
  print('Worse', worse);
  print('Better', better);
  if (worse.length === 0) console.log('Nothing got worse beyond the noise.');
}
