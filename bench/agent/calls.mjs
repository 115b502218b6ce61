import { measureLoad } from './load-window.mjs';
import { Pinger } from './pinger.mjs';
import { check } from './text.mjs';

/**
 * Measures calls: so many outstanding, warmed up, then counted for the time of a window.
 *
 * @param {object} client What a peer's `openClient` made.
 * @param {object} job
 * @param {string} job.method
 * @param {object} job.args
 * @param {unknown} job.expected What every answer has to be.
 * @param {number} job.topics How many topics the calls go to, in turn.
 * @param {number} job.outstanding
 * @param {number} job.warmUpMs
 * @param {number} job.windowMs
 * @param {boolean} job.ping Whether to ping beside the calls.
 */
export async function measureCalls(client, job) {
  const { method, args, expected, topics } = job;
  let calls = 0;
  const call = async () => check(await client.call(method, args, calls++ % topics), expected);
  const pinger = job.ping && client.ping ? new Pinger(() => client.ping()) : undefined;
  const figures = await measureLoad(call, job, () => pinger?.forget());
  const pingP99Ms = await pinger?.stop();
  return { ...figures, ...(pingP99Ms !== undefined && { pingP99Ms }) };
}
