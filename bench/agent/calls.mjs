import { StallMeter } from '../../dist/cli/bench/stall-meter.js';
import { tell } from './commands.mjs';
import { Load } from './load.mjs';
import { Pinger } from './pinger.mjs';
import { summaryOf } from './summary.mjs';
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
  const { method, args, expected, topics, outstanding, warmUpMs, windowMs } = job;
  let calls = 0;
  const call = async () => check(await client.call(method, args, calls++ % topics), expected);
  const pinger = job.ping && client.ping ? new Pinger(() => client.ping()) : undefined;
  const load = new Load(outstanding, call);
  await load.goOn(warmUpMs);
  load.forget();
  pinger?.forget();
  const stalls = new StallMeter();
  tell('begin');
  let elapsedMs = 0;
  // On a busy machine a window may be too short for a single large call.
  do elapsedMs += await load.goOn(windowMs);
  while (load.latencies.count === 0);
  tell('end');
  const { latencies } = load;
  load.forget();
  const stallMs = await stalls.stop();
  await load.stop();
  const pingP99Ms = await pinger?.stop();
  return {
    callsPerSecond: latencies.count / (elapsedMs / 1_000),
    ...summaryOf(latencies),
    stallMs,
    ...(pingP99Ms !== undefined && { pingP99Ms }),
  };
}
