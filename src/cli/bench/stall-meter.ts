import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

const resolutionMs = 5;

/** Measures the longest time in which this thread's event loop did not turn, from its making on. */
export class StallMeter {
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor() {
    this.#delays.enable();
  }

  /** Ends it; the longest stall in milliseconds. */
  async stop(): Promise<number> {
    // A stall is noted by the timer that it held up, and that has to run once more.
    await pause(2 * resolutionMs);
    this.#delays.disable();
    return Math.max(0, this.#delays.max / 1e6 - resolutionMs);
  }
}
