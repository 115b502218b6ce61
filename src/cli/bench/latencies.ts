import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { CurvePoint } from './report/latency-curve.ts';

/** The percentiles of a latency curve. */
const curvePercentiles = [10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100];

/** The times of any number of calls, to three digits, in little memory. */
export class Latencies {
  readonly #histogram: RecordableHistogram = createHistogram();

  record(ms: number): void {
    // The histogram takes whole numbers from 1.
    this.#histogram.record(Math.max(1, Math.round(ms * 1000)));
  }

  get count(): number {
    return this.#histogram.count;
  }

  /** How long it took at most for so many percent of the calls, in milliseconds; 0 if there were none. */
  percentileMs(percentile: number): number {
    if (this.count === 0) return 0;
    return this.#histogram.percentile(percentile) / 1000;
  }

  get maxMs(): number {
    return this.count === 0 ? 0 : this.#histogram.max / 1000;
  }

  curve(): CurvePoint[] {
    return curvePercentiles.map((percentile) => [percentile, this.percentileMs(percentile)]);
  }
}
