import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

const resolutionMs = 1;

/** Measures the longest time in which this thread's event loop did not turn. */
export class StallMeter {
  #delays = monitorEventLoopDelay({ resolution: resolutionMs });

  /** @returns {StallMeter} One that measures from now on. */
  static start() {
    const meter = new StallMeter();
    meter.#delays.enable();
    return meter;
  }

  /** @returns {Promise<number>} The longest stall in milliseconds. */
  async stop() {
    // A stall is noted by the timer that it held up, and that has to run once more.
    await pause(3 * resolutionMs);
    this.#delays.disable();
    return Math.max(0, this.#delays.max / 1e6 - resolutionMs);
  }
}
