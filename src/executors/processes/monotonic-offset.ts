/**
 * How far the machine's monotonic clock is ahead of this process's `performance.timeOrigin +
 * performance.now()`, in milliseconds.
 *
 * A time on the latter means nothing exact in another process: its origin is what the wall clock said when
 * that process started, and the wall clock may have been set in between. The sum of the two does.
 */
export function monotonicOffset(): number {
  // The least of some: a pause between the two readings only makes it larger.
  return Math.min(measured(), measured(), measured());
}

function measured(): number {
  const own = performance.timeOrigin + performance.now();
  return Number(process.hrtime.bigint()) / 1e6 - own;
}
