import type { Log } from '../log.ts';

const tickMs = 100;
/** A stall is remembered for one to two of these. */
const windowMs = 5_000;

/**
 * Watches for stalls of this thread's event loop: while it does not turn, nothing is received, answered
 * or kept alive, and after two heartbeats the broker cuts the connection.
 *
 * A timer of its own rather than `monitorEventLoopDelay`, which misses a stall that follows its start or
 * a reset of it.
 */
export class LoopWatch {
  readonly #maxStallMs: number;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #tickedAt: number = performance.now();
  #windowBegan: number = this.#tickedAt;
  #earlierMs = 0;
  #currentMs = 0;

  /** @param maxStallMs - From which length on a stall is a line in the log. */
  constructor(maxStallMs: number, log: Log) {
    this.#maxStallMs = maxStallMs;
    this.#log = log;
    this.#timer = setInterval(() => this.#tick(), tickMs).unref();
  }

  /** The longest stall of the last five to ten seconds, in milliseconds. */
  get longestStallMs(): number {
    return Math.max(this.#earlierMs, this.#currentMs, this.#sinceTick);
  }

  stop(): void {
    clearInterval(this.#timer);
    // No tick is due any more.
    this.#tickedAt = Number.POSITIVE_INFINITY;
  }

  /** How long the tick that is due has been waited for. */
  get #sinceTick(): number {
    return Math.max(0, performance.now() - this.#tickedAt - tickMs);
  }

  #tick(): void {
    const stallMs = this.#sinceTick;
    if (stallMs >= this.#maxStallMs) {
      this.#log.warn({ stallMs: Math.round(stallMs) }, 'the event loop was stalled');
    }
    this.#currentMs = Math.max(this.#currentMs, stallMs);
    this.#tickedAt = performance.now();
    if (this.#tickedAt - this.#windowBegan < windowMs) return;
    this.#windowBegan = this.#tickedAt;
    this.#earlierMs = this.#currentMs;
    this.#currentMs = 0;
  }
}
