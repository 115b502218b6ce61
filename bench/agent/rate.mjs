const perTime = 1_000;

/**
 * What was handled between two moments, as a round of the result has it: the times are what a thousand
 * took, on average.
 *
 * @param {{ handled: number, at: number }} before
 * @param {{ handled: number, at: number }} after
 */
export function rateOf(before, after) {
  const callsPerSecond = (after.handled - before.handled) / ((after.at - before.at) / 1_000);
  const ms = (perTime / callsPerSecond) * 1_000;
  return { callsPerSecond, p50Ms: ms, p90Ms: ms, p99Ms: ms, maxMs: ms };
}
