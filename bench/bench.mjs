import path from 'node:path';
import { describeMachine } from '../dist/cli/bench/machine.js';
import { readResult } from '../dist/cli/bench/read-result.js';
import { Broker } from './broker.mjs';
import { interruptible } from './demo/interruptible.mjs';
import { concluded } from './findings/conclusion.mjs';
import { printComparison, printConclusion, printMeasure } from './findings/printing.mjs';
import { header } from './findings/results-page.mjs';
import { writeResults } from './findings/write-results.mjs';
import { calibrateWork } from './measures/cpu-jobs.mjs';
import { findMissing } from './missing.mjs';
import { planOf, windowsIn } from './plan.mjs';
import { Progress } from './progress.mjs';
import { measureRounds } from './rounds.mjs';
import { hosts } from './subjects.mjs';
import { describeVersions } from './versions.mjs';

/**
 * Measures what the options ask for, prints it and writes it.
 *
 * @param {import('./arguments.mjs').BenchOptions} options
 * @returns {Promise<number>} The exit code: 1 when something could not be measured.
 */
export async function bench(options) {
  const plan = planOf(options);
  const progress = new Progress(process.stderr, windowsIn(plan) * options.rounds);
  try {
    const { compare } = options;
    const before = compare === undefined ? undefined : await readResult(compare);
    const measured = await interruptible((signal) => measure({ options, plan, progress, signal }));
    const conclusion = concluded(measured);
    printConclusion(conclusion);
    const files = writeResults({ ...conclusion, plan, options });
    console.log(`\nWritten: ${files.map((file) => path.relative('', file)).join(', ')}`);
    if (before !== undefined) printComparison(before, measured, compare);
    return measured.series.some(hasFailed) ? 1 : 0;
  } catch (error) {
    progress.clear();
    console.error(`bench: ${error.message}`);
    return error.exitCode ?? 1;
  }
}

/** @returns {Promise<import('../dist/cli/bench/result.js').BenchResult>} */
async function measure({ options, plan, progress, signal }) {
  const subjects = plan.flatMap(({ entries }) => entries.map(({ subject }) => subject));
  const peers = [...new Set(subjects.map(({ peer }) => peer))];
  const missing = findMissing(subjects.flatMap(({ needs = [] }) => needs));
  signal.throwIfAborted();
  // Before anything of ours runs.
  const machine = describeMachine();
  const workRounds = calibrateWork();
  progress.show(options.url === undefined ? 'starting a RabbitMQ' : 'connecting');
  const broker = await Broker.open(options.url);
  try {
    const facts = {
      format: 1,
      startedAt: new Date().toISOString(),
      machine,
      versions: describeVersions({ rabbitmq: broker.version, peers, missing }),
      settings: settingsOf(options),
    };
    progress.clear();
    console.log(header(facts).join('\n'));
    const surroundings = { broker, missing, workRounds, progress, signal, ...timesOf(options) };
    return { ...facts, series: await measureAll(plan, surroundings) };
  } finally {
    await broker.close();
  }
}

async function measureAll(plan, surroundings) {
  const series = [];
  for (const planned of plan) {
    const measured = await measureRounds(planned, surroundings);
    series.push(...measured);
    surroundings.progress.clear();
    printMeasure(planned.measure, measured);
  }
  return series;
}

function timesOf({ rounds, warmUp, seconds }) {
  return { rounds, warmUpMs: warmUp * 1_000, windowMs: seconds * 1_000 };
}

function settingsOf({ quick, rounds, warmUp, seconds, url }) {
  return {
    ...(quick && { quick }),
    rounds,
    'warm-up s': warmUp,
    'before calls': `${2 * warmUp} s of echo 100 B at 128`,
    'window s': seconds,
    'threads or processes': hosts,
    broker: url === undefined ? 'private' : 'given',
  };
}

/** What is not there is no failure; what fell over is. */
function hasFailed({ skipped }) {
  return skipped?.startsWith('failed') ?? false;
}
