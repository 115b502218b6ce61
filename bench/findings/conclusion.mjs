import { formatFigure } from '../../dist/cli/bench/figures.js';
import { metrics } from '../../dist/cli/bench/metrics.js';
import { referenceAgain } from '../subjects.mjs';
import { judged } from './figures.mjs';
import { Findings } from './findings.mjs';

/** Above this share of the cores, what else runs on the machine is part of what is measured. */
const busyShare = 0.3;

/**
 * What a result says.
 *
 * @typedef {object} Conclusion
 * @property {import('../../dist/cli/bench/result.js').BenchResult} result With notes.
 * @property {Findings} findings
 * @property {readonly Record<string, string>[]} figures Rows of a table: what is to be reached, and what was.
 */

/**
 * @param {import('../../dist/cli/bench/result.js').BenchResult} result
 * @returns {Conclusion}
 */
export function concluded(result) {
  const findings = new Findings(result.series);
  const figures = judged(findings);
  const missed = figures.filter(({ verdict }) => verdict === 'missed').length;
  const summary = `${figures.length - missed} of ${figures.length} figures were met.`;
  return {
    result: {
      ...result,
      ...(figures.length > 0 && { conclusion: summary }),
      notes: [...busyNotes(result.machine), ...noiseNotes(result.series, findings)],
    },
    findings,
    figures: figures.map(figureRow),
  };
}

function figureRow({ name, value, unit = '', atLeast, aim, sign, verdict }) {
  return {
    figure: name,
    'at least': `${sign} ${atLeast} ${unit}`.trim(),
    aim: `${sign} ${aim} ${unit}`.trim(),
    measured: `${formatFigure(value)} ${unit}`.trim(),
    verdict,
  };
}

function busyNotes({ loadBefore, cores }) {
  if (loadBefore <= busyShare * cores) return [];
  const load = loadBefore.toFixed(2);
  return [`The machine was busy before it began: a load of ${load} on ${cores} cores.`];
}

function noiseNotes(series, findings) {
  return series
    .filter(({ subject, rounds }) => subject === referenceAgain && rounds.length > 0)
    .map(({ measure, outstanding }) => {
      const shares = ['callsPerSecond', 'p50', 'p99', 'serverCpu', 'brokerCpu']
        .map((name) => [name, findings.noise({ measure, outstanding }, name)])
        .filter(([, share]) => share !== undefined)
        .map(([name, share]) => `${metrics[name].name} ${(share * 100).toFixed(1)} %`);
      return `Noise (the reference, measured twice) of ${measure} at ${outstanding}: ${shares.join(', ')}.`;
    });
}
