// `npm test`: makes the clone ready, finds or installs what the tests need, runs them all once and
// sums up. Arguments go to Vitest: `npm test -- test/wire`, `npm test -- -t heartbeat`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { prepare, root, runMain, step } from './prepare.mjs';
import { ensureOsloMessaging, ensureRabbitmq } from './provision.mjs';

/** @type {import('./summary-reporter.mjs').Summary} */
const nothing = { passed: 0, failures: [], skipped: [], unselected: 0 };
/** @type {(() => void)[]} */
const undos = [];
const onEnd = (/** @type {() => void} */ undo) => void undos.push(undo);
/** @type {import('node:child_process').ChildProcess | undefined} */
let vitest;

process.once('exit', () => {
  for (const undo of undos.reverse()) undo();
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    // While tests run we wait for them to stop what they started; they end us by ending.
    if (vitest) killGroup(vitest, signal);
    else process.exit(128 + os.constants.signals[signal]);
  });
}

await runMain(async () => {
  prepare();
  const broker = await ensureRabbitmq(onEnd);
  step(`RabbitMQ: ${broker.what}`);
  const reason = await ensureOsloMessaging(onEnd);
  step(reason ? `interop tests will be skipped: ${reason}` : 'oslo.messaging: there');

  const folder = mkdtempSync(path.join(os.tmpdir(), 'greenroom-test-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const summaryFile = path.join(folder, 'summary.json');
  const end = await runVitest({
    GREENROOM_TEST_SUMMARY: summaryFile,
    ...(broker.url && { GREENROOM_TEST_URL: broker.url }),
  });
  process.exitCode = report(readSummary(summaryFile), end);
});

/**
 * @param {Record<string, string>} env
 * @returns {Promise<string>} How it ended: empty when all went well.
 */
function runVitest(env) {
  const reporters = ['default', path.join(root, 'scripts/summary-reporter.mjs')];
  const args = ['run', ...reporters.map((name) => `--reporter=${name}`), ...process.argv.slice(2)];
  const entry = path.join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: root,
    // A process group of its own: what the tests started can then be ended with the runner.
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  vitest = child;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      vitest = undefined;
      // An interrupted runner leaves its workers, and they their children; a finished one nothing.
      killGroup(child, 'SIGKILL');
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      resolve(code === 0 ? '' : `the test runner ${how}`);
    });
  });
}

/**
 * @param {import('node:child_process').ChildProcess} leader
 * @param {NodeJS.Signals} signal
 */
function killGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    // Nobody is left in the group.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/**
 * @param {string} file
 * @returns {import('./summary-reporter.mjs').Summary | undefined}
 */
function readSummary(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The runner ended before the tests did; report() makes that a failure.
    return undefined;
  }
}

/**
 * Prints what was skipped and why, what failed, and the counts alone on the last line.
 *
 * @param {import('./summary-reporter.mjs').Summary | undefined} summary
 * @param {string} end How the runner ended.
 * @returns {number} The exit code.
 */
function report(summary, end) {
  const { passed, failures, skipped, unselected } = summary ?? nothing;
  // A runner that fails without naming a test (no file matched, a broken configuration) has failed.
  const failed = end && failures.length === 0 ? [end] : failures;
  const ran = passed + failures.length > 0;
  print(
    'Skipped:',
    skipped.map(({ test, reason }) => `${test}: ${reason}`),
  );
  print('Failed:', failed);
  if (unselected > 0) console.log(`\nNot asked for (-t): ${unselected}`);
  if (!ran && !end) console.log('\nno test ran');
  const counts = [`${passed} passed`, `${failed.length} failed`];
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
  console.log(`\n${counts.join(', ')}`);
  return failed.length === 0 && ran ? 0 : 1;
}

/**
 * @param {string} title
 * @param {string[]} lines
 */
function print(title, lines) {
  if (lines.length > 0) console.log(`\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
