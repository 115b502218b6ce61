import { reference, subjects } from '../subjects.mjs';
import { quotient } from './findings.mjs';

const echo = { measure: 'echo 100 B', outstanding: 128 };
const loneEcho = { measure: 'echo 100 B', outstanding: 1 };
const largeEcho = { measure: 'echo 1 MiB', outstanding: 16 };
const cpuJob = { measure: 'CPU job 4 ms', outstanding: 8 };
const heldCalls = { measure: '50,000 outstanding', outstanding: 50_000 };
const notifications = { measure: 'notifications 100 B', outstanding: 1 };
const batches = { measure: 'notifications in batches', outstanding: 100 };

const async = subjects.async.name;
const pool = subjects.pool.name;
const poolOfShort = subjects.poolOfShort.name;
const nest = subjects.nestNoDelay.name;
const osloMessaging = [subjects.threading.name, subjects.eventlet.name];

/**
 * A figure that Greenroom is to reach: higher is better when the aim is higher than the least.
 *
 * @typedef {object} Figure
 * @property {string} name
 * @property {(findings: import('./findings.mjs').Findings) => number | undefined} of
 * @property {number} atLeast
 * @property {number} aim
 * @property {string} [unit] None for a ratio.
 */

/** @type {readonly Figure[]} */
const figures = [
  {
    name: 'throughput of async',
    of: ratio('callsPerSecond', echo, async, reference),
    atLeast: 0.9,
    aim: 1.4,
  },
  {
    name: 'server CPU per call of async',
    of: ratio('serverCpu', echo, async, reference),
    atLeast: 1.1,
    aim: 0.6,
  },
  { name: 'p99 of async', of: ratio('p99', echo, async, reference), atLeast: 1, aim: 0.6 },
  {
    name: 'p50 of async with one call outstanding',
    of: ratio('p50', loneEcho, async, reference),
    atLeast: 1.1,
    aim: 0.8,
  },
  {
    name: 'throughput of pool, trivial calls',
    of: ratio('callsPerSecond', echo, pool, reference),
    atLeast: 0.65,
    aim: 1,
  },
  {
    name: 'the same, 16 a thread',
    of: ratio('callsPerSecond', echo, poolOfShort, reference),
    atLeast: 0.65,
    aim: 1,
  },
  {
    name: 'extra server CPU of pool over async, per call',
    of: extraCpu(pool),
    atLeast: 40,
    aim: 20,
    unit: 'µs',
  },
  {
    name: 'the same, 16 a thread',
    of: extraCpu(poolOfShort),
    atLeast: 40,
    aim: 20,
    unit: 'µs',
  },
  {
    name: 'throughput of async to Nest with noDelay',
    of: ratio('callsPerSecond', echo, async, nest),
    atLeast: 1.6,
    aim: 2.4,
  },
  {
    name: 'server CPU of async to Nest with noDelay',
    of: ratio('serverCpu', echo, async, nest),
    atLeast: 0.65,
    aim: 0.35,
  },
  {
    name: 'throughput of async to oslo.messaging',
    of: ratio('callsPerSecond', echo, async, ...osloMessaging),
    atLeast: 18,
    aim: 25,
  },
  {
    name: 'server CPU of async to oslo.messaging',
    of: ratio('serverCpu', echo, async, ...osloMessaging),
    atLeast: 0.033,
    aim: 0.02,
  },
  {
    name: 'CPU jobs of pool to bare Piscina',
    of: ratio('callsPerSecond', cpuJob, pool, subjects.piscina.name),
    atLeast: 0.9,
    aim: 0.95,
  },
  {
    name: "p99 of a ping beside CPU jobs, of pool to Nest's",
    of: ratio('ping', cpuJob, pool, nest),
    atLeast: 0.2,
    aim: 0.1,
  },
  {
    name: 'throughput of 1 MiB echoes',
    of: ratio('callsPerSecond', largeEcho, async, reference),
    atLeast: 0.8,
    aim: 1,
  },
  {
    name: 'memory of a client per outstanding call',
    of: (findings) =>
      quotient(findings.median({ ...heldCalls, subject: async }, 'bytesPerCall'), 1_024),
    atLeast: 3,
    aim: 2,
    unit: 'KiB',
  },
  {
    name: 'notifications of async, one by one',
    of: ratio('callsPerSecond', notifications, async, reference),
    atLeast: 0.7,
    aim: 0.9,
  },
  {
    name: 'notifications of async in batches',
    of: ratio('callsPerSecond', batches, subjects.batchListener.name, reference),
    atLeast: 0.9,
    aim: 1.1,
  },
  {
    name: 'notifications of pool in batches',
    of: ratio('callsPerSecond', batches, subjects.poolBatchListener.name, reference),
    atLeast: 0.9,
    aim: 1.1,
  },
  {
    name: 'notifications of async to oslo.messaging',
    of: ratio('callsPerSecond', notifications, async, ...osloMessaging),
    atLeast: 7,
    aim: 12,
  },
  {
    name: 'notifications of async in batches to oslo.messaging',
    of: ratio('callsPerSecond', batches, subjects.batchListener.name, ...osloMessaging),
    atLeast: 7,
    aim: 12,
  },
];

/**
 * Holds a result against the figures.
 *
 * @param {import('./findings.mjs').Findings} findings
 * @returns {(Figure & { value: number, sign: string, verdict: 'aim reached' | 'met' | 'missed' })[]}
 * Without those that were not measured.
 */
export function judged(findings) {
  return figures
    .map((figure) => ({ ...figure, value: figure.of(findings) }))
    .filter(({ value }) => value !== undefined)
    .map((figure) => {
      const { value, atLeast, aim } = figure;
      const isHigher = aim > atLeast;
      const reaches = (wanted) => (isHigher ? value >= wanted : value <= wanted);
      const verdict = reaches(aim) ? 'aim reached' : reaches(atLeast) ? 'met' : 'missed';
      return { ...figure, sign: isHigher ? '≥' : '≤', verdict };
    });
}

/** One subject's figure as a multiple of another's: of several, the one with the highest throughput. */
function ratio(metric, where, subject, ...others) {
  return (findings) => {
    const throughput = (other) =>
      findings.median({ ...where, subject: other }, 'callsPerSecond') ?? 0;
    const [fastest] = others.toSorted((one, other) => throughput(other) - throughput(one));
    return quotient(
      findings.median({ ...where, subject }, metric),
      findings.median({ ...where, subject: fastest }, metric),
    );
  };
}

function extraCpu(ofPool) {
  return (findings) => {
    const [poolCpu, asyncCpu] = [ofPool, async].map((subject) =>
      findings.median({ ...echo, subject }, 'serverCpu'),
    );
    if (poolCpu === undefined || asyncCpu === undefined) return undefined;
    const microseconds = 1e6;
    return ((poolCpu - asyncCpu) / 10_000) * microseconds;
  };
}
