// Runs the interop tests once, with one RabbitMQ, one oslo.messaging and one Node.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { root } from '../prepare.mjs';
import { run } from './commands.mjs';

const interop = ['test/interop', '--exclude', 'test/interop/heartbeats.test.ts'];

/**
 * @typedef {object} Surroundings
 * @property {string} url The broker's.
 * @property {import('./tools.mjs').Tools} brokerTools For tests that start brokers of their own.
 * @property {string} python
 * @property {string} node
 * @property {string[]} vitestArgs
 * @property {string} folder For the summary.
 */

/**
 * @param {Surroundings} surroundings
 * @returns {Promise<import('../summary-reporter.mjs').Summary>}
 * @throws {import('./commands.mjs').Interrupted}
 */
export async function runSuite({ url, brokerTools, python, node, vitestArgs, folder }) {
  const summaryFile = path.join(folder, 'summary.json');
  rmSync(summaryFile, { force: true });
  const reporters = ['default', path.join(root, 'scripts/summary-reporter.mjs')];
  const chosen = namesPath(vitestArgs) ? vitestArgs : [...interop, ...vitestArgs];
  const end = await run(
    node,
    [
      path.join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...reporters.map((name) => `--reporter=${name}`),
      ...chosen,
    ],
    {
      cwd: root,
      env: {
        ...process.env,
        GREENROOM_TEST_SUMMARY: summaryFile,
        GREENROOM_TEST_URL: url,
        GREENROOM_TEST_PYTHON: python,
        GREENROOM_TEST_RABBITMQ: brokerTools.rabbitmqServer,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const summary = readSummary(summaryFile);
  if (end && summary.failures.length === 0) summary.failures.push(`the test runner ${end}`);
  else if (summary.passed + summary.failures.length === 0) summary.failures.push('no test ran');
  return summary;
}

/** @param {string[]} args */
function namesPath(args) {
  return args.some((arg) => existsSync(path.join(root, arg)));
}

/**
 * @param {string} file
 * @returns {import('../summary-reporter.mjs').Summary}
 */
function readSummary(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The runner ended before the tests did, and how it ended is then the failure.
    return { passed: 0, failures: [], skipped: [], unselected: 0 };
  }
}
