import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Log } from '../log.ts';

const resolutionMs = 50;
/** A stall is remembered for one to two of these. */
const windowMs = 5_000;

/**
 * Watches for stalls of this thread's event loop: while it does not turn, nothing is received, answered
 * or kept alive, and after two heartbeats the broker cuts the connection.
 */
export class LoopWatch {
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #timer: NodeJS.Timeout;
  #earlierMs = 0;

  /** @param maxStallMs - From which length on a stall is a line in the log. */
  constructor(maxStallMs: number, log: Log) {
    this.#delays.enable();
    const turn = (): void => {
      this.#earlierMs = this.#currentMs;
      this.#delays.reset();
      const stallMs = Math.round(this.#earlierMs);
      if (stallMs >= maxStallMs) log.warn({ stallMs }, 'the event loop was stalled');
    };
    this.#timer = setInterval(turn, windowMs).unref();
  }

  /** The longest stall of the last five to ten seconds, in milliseconds. */
  get longestStallMs(): number {
    return Math.max(this.#earlierMs, this.#currentMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delays.disable();
  }

  get #currentMs(): number {
    return Math.max(0, this.#delays.max / 1e6 - resolutionMs);
  }
}
