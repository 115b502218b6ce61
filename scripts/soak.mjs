// `npm run test:soak`: the fault suite at its full counts, and a report of what came of each row.
// `npm run test:soak -- --help` says how to choose.
import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { prepare, root, runMain, SetupError, step } from './prepare.mjs';
// biome-ignore lint/correctness/useImportExtensions: it would append the suffix of the .d.mts file
import { findRabbitmqServer } from './rabbitmq.mjs';
import { reliabilityReport } from './soak-report.mjs';

const usage = `Usage: npm run test:soak -- [options] [Vitest arguments]

Runs the fault suite (test/faults, and what else holds rows of the fault matrix) at its full counts, one
file at a time: an hour and a half on two cores. Prints what came of each row, and writes it to docs/reliability.md if every
test has passed.

  --minutes N    how long the mixed load with random faults lasts (default 30)
  --seed N       what those faults are drawn from (default: another one each time)
  --short        the counts of .ci/run
  --rows FILE    keeps the rows there, and reports those of earlier runs too: for a run in parts
  --output FILE  where the report goes (default docs/reliability.md)
  --help         show this
`;

await runMain(async () => {
  const read = readArguments();
  if (read === undefined) return;
  const { values, positionals } = read;
  prepare();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'greenroom-soak-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const rowsFile = values.rows ?? path.join(folder, 'rows.jsonl');
  step(`seed ${values.seed}`);
  const suite = ['test/faults/', 'test/hosts/', 'test/fuzz/', 'test/interop/heartbeats.test.ts'];
  const code = await runVitest(positionals.length > 0 ? positionals : suite, {
    GREENROOM_SOAK_MINUTES: values.minutes,
    GREENROOM_SOAK_SEED: values.seed,
    GREENROOM_FAULT_REPORT: rowsFile,
    GREENROOM_FAULT_BROKER: rabbitmqVersion(),
    ...(!values.short && { GREENROOM_SOAK: '1' }),
  });
  if (!existsSync(rowsFile)) throw new SetupError('no row was run, or none has held');
  const rows = readFileSync(rowsFile, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const report = reliabilityReport(rows);
  process.stdout.write(`\n${report}`);
  // A table without the rows that failed would pass for one in which every row has held.
  if (code === 0) writeFileSync(path.resolve(root, values.output), report);
  else step(`a test failed: ${values.output} stays as it was`);
  process.exitCode = code;
});

/** @returns What is to be run; nothing when help was shown, or the arguments were wrong: the exit code is 2 then. */
function readArguments() {
  try {
    const read = parseArgs({
      options: {
        minutes: { type: 'string', default: '30' },
        seed: { type: 'string', default: String(randomInt(1_000_000)) },
        short: { type: 'boolean', default: false },
        rows: { type: 'string' },
        output: { type: 'string', default: 'docs/reliability.md' },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
    for (const name of /** @type {const} */ (['minutes', 'seed'])) {
      const text = read.values[name];
      if (!(Number(text) >= 0)) throw new RangeError(`--${name} takes a number, not '${text}'`);
    }
    if (!read.values.help) return read;
    process.stdout.write(usage);
  } catch (error) {
    process.stderr.write(`greenroom: ${/** @type {Error} */ (error).message}\n\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<number>} Its exit code.
 */
function runVitest(args, env) {
  const entry = path.join(root, 'node_modules/vitest/vitest.mjs');
  // One file at a time: what one does to its broker takes time that another measures.
  const child = spawn(process.execPath, [entry, 'run', '--maxWorkers=1', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** @returns {string} */
function rabbitmqVersion() {
  const server = findRabbitmqServer();
  if (!server)
    throw new SetupError('no rabbitmq-server on this machine: npm test says how to get one');
  const ctl = path.join(path.dirname(server), 'rabbitmqctl');
  try {
    return execFileSync(ctl, ['version'], { encoding: 'utf8' }).trim();
  } catch (error) {
    const reason = /** @type {Error} */ (error).message;
    throw new SetupError(`${ctl} does not tell its version: ${reason}`, { cause: error });
  }
}
