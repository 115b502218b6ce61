// `npm run test:matrix`: the interop tests against several versions of RabbitMQ and oslo.messaging.
// `npm run test:matrix -- --help` says how to choose.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { combinations, readArguments } from './matrix/arguments.mjs';
import { goOn, heedSignals, Interrupted } from './matrix/commands.mjs';
import { ensureDebootstrap, ensureTree } from './matrix/debian.mjs';
import { ensureNode, nodeVersion } from './matrix/nodes.mjs';
import { details, hasFailed, table } from './matrix/results.mjs';
import { runSuite } from './matrix/suite.mjs';
import { osloVersion, writeTools } from './matrix/tools.mjs';
import { checkNode, ensureInstalled, root, runMain, SetupError, step } from './prepare.mjs';
// biome-ignore lint/correctness/useImportExtensions: it would append the suffix of the .d.mts file
import { PrivateBroker } from './rabbitmq.mjs';

const options = readArguments(process.argv.slice(2));
if (options) await runMain(() => runMatrix(options));

/** @param {import('./matrix/arguments.mjs').MatrixOptions} options */
async function runMatrix({ cache, nodes, vitestArgs, ...choice }) {
  heedSignals();
  mkdirSync(cache, { recursive: true });
  await ensureDebootstrap(cache);
  // The tests run from the sources: there is nothing to build.
  checkNode();
  ensureInstalled();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'greenroom-matrix-run-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // The folders of brokers and the files of Python peers have to be where a tree can see them, and
  // that must not be all of /tmp.
  process.env['TMPDIR'] = folder;

  /** @type {Map<string, Promise<import('./matrix/tools.mjs').Tools>>} */
  const tools = new Map();
  const toolsOf = async (/** @type {string} */ release) => {
    const shared = [folder, path.join(root, 'test/interop/peers')];
    const make = async () =>
      writeTools(await ensureTree(release, cache), path.join(folder, 'tools', release), shared);
    // A release that could not be had is not tried again for the next combination.
    if (!tools.has(release)) tools.set(release, make());
    return /** @type {Promise<import('./matrix/tools.mjs').Tools>} */ (tools.get(release));
  };

  /** @type {import('./matrix/results.mjs').Result[]} */
  const results = [];
  const majors = nodes.length > 0 ? nodes : [process.versions.node.split('.')[0] ?? ''];
  try {
    for (const major of majors) {
      for (const { broker, python } of combinations(choice)) {
        results.push(await runOne({ broker, python, major }));
      }
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    step(error.message);
    process.exitCode = error.exitCode;
  }
  process.stdout.write(`${details(results)}\n${table(results)}\n`);
  if (results.some(hasFailed)) process.exitCode ||= 1;

  /**
   * @param {{ broker: string, python: string, major: string }} combination
   * @returns {Promise<import('./matrix/results.mjs').Result>}
   */
  async function runOne({ broker, python, major }) {
    const result = { rabbitmq: broker, oslo: python, node: major, seconds: 0 };
    try {
      const node = await ensureNode(major, cache);
      const [brokerTools, pythonTools] = [await toolsOf(broker), await toolsOf(python)];
      result.node = nodeVersion(node);
      result.oslo = osloVersion(pythonTools);
      const surroundings = { brokerTools, python: pythonTools.python, node, vitestArgs, folder };
      goOn();
      return await withBroker(brokerTools, async (url) => {
        result.rabbitmq = await brokerVersion(url);
        step(`RabbitMQ ${result.rabbitmq}, oslo.messaging ${result.oslo}, Node ${result.node}`);
        const startedAt = performance.now();
        const summary = await runSuite({ ...surroundings, url });
        goOn();
        return { ...result, summary, seconds: (performance.now() - startedAt) / 1000 };
      });
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      step(error.message);
      return { ...result, reason: error.message };
    }
  }
}

/**
 * @template T
 * @param {import('./matrix/tools.mjs').Tools} tools
 * @param {(url: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withBroker(tools, use) {
  process.env['GREENROOM_TEST_RABBITMQ'] = tools.rabbitmqServer;
  // The port mapper is looked for on the PATH; it, too, should be the tree's.
  const searched = process.env['PATH'];
  process.env['PATH'] = `${tools.folder}${path.delimiter}${searched}`;
  const broker = await PrivateBroker.start().catch((error) => {
    throw new SetupError(String(error), { cause: error });
  });
  try {
    return await use(broker.url);
  } finally {
    await broker.stop();
    process.env['PATH'] = searched;
  }
}

/**
 * The version that a broker tells its clients.
 *
 * @param {string} url
 * @returns {Promise<string>}
 */
async function brokerVersion(url) {
  // Only now is it sure to be installed.
  const { connect } = await import('amqplib');
  const { hostname, port } = new URL(url);
  const model = await connect({ hostname, port: Number(port) });
  const { version } = model.connection.serverProperties;
  await model.close();
  return version;
}
