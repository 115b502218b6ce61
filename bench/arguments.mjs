import { parseArgs } from 'node:util';
import { measures } from './measures/all.mjs';
import { peers } from './subjects.mjs';

const usage = `Usage: npm run bench -- [options]

Measures Greenroom beside its peers on a RabbitMQ of its own, prints tables while it runs, and writes
bench.json, report.html and RESULTS.md. A whole run takes some 15 minutes.

  --quick           the main measures once, in less than 2 minutes
  --only REGEXP     only measures whose name matches, such as 'echo 100 B' or 'echo|cast'
  --peers LIST      only these, separated by commas: ${peers.join(', ')};
                    amqplib is always measured, as the reference
  --rounds N        how often everything is measured, 1 to 20 (default 3; with --quick 1)
  --seconds N       how long a window is, 0.1 to 60 (default 2)
  --warm-up N       how long it is warmed up for, in seconds, 0.1 to 60 (default 1; with --quick 0.5);
                    measures of calls begin with a burst of echoes, twice as long
  --out FOLDER      where results are written (default bench/results)
  --compare FILE    says what got worse since the bench.json of an earlier run
  --url URL         a RabbitMQ that runs already; its CPU time is not measured then
  --help            show this
`;

/**
 * @typedef {object} BenchOptions
 * @property {boolean} quick
 * @property {RegExp} only
 * @property {readonly string[]} peers
 * @property {number} rounds
 * @property {number} seconds
 * @property {number} warmUp In seconds.
 * @property {string} [out]
 * @property {string} [compare]
 * @property {string} [url]
 * @property {boolean} isWhole Whether nothing was left out or shortened.
 */

/**
 * Reads the command line. It imports nothing but Node: it runs before anything is installed.
 *
 * @param {string[]} args
 * @returns {BenchOptions | undefined} Nothing when there is nothing to run: help was shown, or the
 * arguments were wrong, which sets the exit code to 2.
 */
export function readArguments(args) {
  try {
    const { values } = parseArgs({ args, options });
    if (!values.help) return resolved(values);
    process.stdout.write(usage);
  } catch (error) {
    process.stderr.write(`bench: ${error.message}\nnpm run bench -- --help shows all options\n`);
    process.exitCode = 2;
  }
  return undefined;
}

const options = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  peers: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  out: { type: 'string' },
  compare: { type: 'string' },
  url: { type: 'string' },
  help: { type: 'boolean' },
};

function resolved({
  quick,
  only,
  peers: chosen,
  'warm-up': warmUp,
  out,
  compare,
  url,
  ...numbers
}) {
  const shortened = [only, chosen, numbers.rounds, numbers.seconds, warmUp, url];
  return {
    quick,
    only: pattern(only),
    peers: peerList(chosen),
    rounds: number('--rounds', numbers.rounds, {
      min: 1,
      max: 20,
      otherwise: quick ? 1 : 3,
      isInteger: true,
    }),
    seconds: number('--seconds', numbers.seconds, { min: 0.1, max: 60, otherwise: 2 }),
    warmUp: number('--warm-up', warmUp, { min: 0.1, max: 60, otherwise: quick ? 0.5 : 1 }),
    out,
    compare,
    url: brokerUrl(url),
    isWhole: !quick && shortened.every((value) => value === undefined),
  };
}

function pattern(text = '') {
  const only = regExp(text);
  if (measures.some(({ name }) => only.test(name))) return only;
  const names = measures.map(({ name }) => `'${name}'`).join(', ');
  throw new RangeError(`--only '${text}' matches none of ${names}`);
}

function regExp(text) {
  try {
    return new RegExp(text, 'i');
  } catch (cause) {
    throw new RangeError(`--only: ${cause.message}`, { cause });
  }
}

function peerList(text) {
  if (text === undefined) return peers;
  const chosen = text.split(',').map((name) => name.trim());
  const unknown = chosen.find((name) => !peers.includes(name));
  if (unknown === undefined) return chosen;
  throw new RangeError(`--peers: there is no '${unknown}', only ${peers.join(', ')}`);
}

function number(name, text, { min, max, otherwise, isInteger = false }) {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (value >= min && value <= max && (!isInteger || Number.isInteger(value))) return value;
  const kind = isInteger ? 'a whole number' : 'a number';
  throw new RangeError(`${name} must be ${kind} from ${min} to ${max}, not '${text}'`);
}

function brokerUrl(text) {
  if (text === undefined || /^(amqp|rabbit):\/\/./.test(text)) return text;
  throw new RangeError('--url must begin with amqp:// or rabbit://');
}
