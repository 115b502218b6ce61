/**
 * The nearest-rank percentile: one of the samples, never a value between two.
 *
 * @param {readonly number[]} samples At least one.
 * @param {number} percent Above 0, up to 100.
 * @returns {number}
 */
export function percentile(samples, percent) {
  if (samples.length === 0) throw new RangeError('no samples to take a percentile of');
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1];
}
