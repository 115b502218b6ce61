/**
 * The times of calls, as a round of the result has them.
 *
 * @param {import('../../dist/cli/bench/latencies.js').Latencies} latencies
 */
export function summaryOf(latencies) {
  return {
    p50Ms: latencies.percentileMs(50),
    p90Ms: latencies.percentileMs(90),
    p99Ms: latencies.percentileMs(99),
    maxMs: latencies.maxMs,
    curve: latencies.curve(),
  };
}
