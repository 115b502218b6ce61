import { StallMeter } from '../../dist/cli/bench/stall-meter.js';
import { tell } from './commands.mjs';
import { Load } from './load.mjs';
import { summaryOf } from './summary.mjs';

/**
 * Keeps so many operations under way, warmed up, then counted for the time of a window: those that end in it.
 *
 * @param {() => Promise<unknown>} operation Rejects when it failed or its answer is wrong.
 * @param {object} job
 * @param {number} job.outstanding
 * @param {number} job.warmUpMs
 * @param {number} job.windowMs
 * @param {() => void} [onWarm] Called just before the window begins.
 * @returns What a round of the result has; all that was begun has ended by then.
 */
export async function measureLoad(
  operation,
  { outstanding, warmUpMs, windowMs },
  onWarm = () => {},
) {
  const load = new Load(outstanding, operation);
  await load.goOn(warmUpMs);
  load.forget();
  onWarm();
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
  return {
    callsPerSecond: latencies.count / (elapsedMs / 1_000),
    ...summaryOf(latencies),
    stallMs,
  };
}
