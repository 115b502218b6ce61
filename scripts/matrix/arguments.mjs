// The command line of the matrix. It imports nothing but Node: it is read before any install.
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

/** Debian's releases with a RabbitMQ and an oslo.messaging to test with, the oldest first. */
export const releases = ['bookworm', 'trixie', 'forky'];

const usage = `Usage: npm run test:matrix -- [options] [-- Vitest arguments]

Runs the interop tests against the RabbitMQ and the oslo.messaging of several Debian releases. Each
release is installed once, into a folder, with debootstrap: that takes root and a Debian.

  --only LIST   the releases to take, such as trixie,forky (default ${releases.join(',')})
  --all         every RabbitMQ with every oslo.messaging; otherwise those of one release with each
                other, and the oldest of each kind with the newest of the other
  --node LIST   majors of Node to run the tests on, such as 20,22 (default: the one that runs this)
  --cache DIR   where the releases are kept (default ${path.join(os.tmpdir(), 'greenroom-matrix')});
                delete it to have them installed anew
  --help        show this

Without a path among the Vitest arguments test/interop runs, without heartbeats.test.ts: it computes
for a minute to see what Node does, whatever the broker. Name that file to run it.
`;

/**
 * @typedef {object} MatrixOptions
 * @property {string[]} only
 * @property {boolean} all
 * @property {string[]} nodes Majors; none for the Node that runs this.
 * @property {string} cache
 * @property {string[]} vitestArgs
 */

/**
 * @param {string[]} args
 * @returns {MatrixOptions | undefined} Nothing when there is nothing to run: help was shown, or the
 *   arguments were wrong, which sets the exit code to 2.
 */
export function readArguments(args) {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  try {
    const { values } = parseArgs({
      args: args.slice(0, end),
      options: {
        only: { type: 'string', default: releases.join(',') },
        all: { type: 'boolean', default: false },
        node: { type: 'string', default: '' },
        cache: { type: 'string', default: path.join(os.tmpdir(), 'greenroom-matrix') },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      return undefined;
    }
    const only = values.only.split(',');
    for (const name of only) {
      if (!releases.includes(name)) throw new RangeError(`--only knows no release '${name}'`);
    }
    const nodes = values.node.split(',').filter(Boolean);
    for (const major of nodes) {
      if (!/^\d+$/.test(major))
        throw new RangeError(`--node takes majors such as 22, not '${major}'`);
    }
    const cache = path.resolve(values.cache);
    // enter.sh joins folders with colons.
    if (cache.includes(':'))
      throw new RangeError('--cache takes no folder with a colon in its name');
    return { only, all: values.all, nodes, cache, vitestArgs: args.slice(end + 1) };
  } catch (error) {
    process.stderr.write(`test:matrix: ${/** @type {Error} */ (error).message}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

/**
 * Which RabbitMQ meets which oslo.messaging, each named by its release.
 *
 * @param {Pick<MatrixOptions, 'only' | 'all'>} options
 * @returns {{ broker: string, python: string }[]}
 */
export function combinations({ only, all }) {
  const taken = releases.filter((name) => only.includes(name));
  const isOutermost = (/** @type {string} */ name) => name === taken[0] || name === taken.at(-1);
  return taken
    .flatMap((broker) => taken.map((python) => ({ broker, python })))
    .filter(
      ({ broker, python }) =>
        all || broker === python || (isOutermost(broker) && isOutermost(python)),
    );
}
