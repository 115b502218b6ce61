import { ExecutorLoadFailure } from '../../errors.ts';

/** How often hosts that crashed may be replaced. */
export interface RestartLimits {
  /** How many restarts are too many, at least 1. */
  readonly max: number;
  /** In how long, in milliseconds. */
  readonly withinMs: number;
}

/** So many restarts a second at the most: starting hosts must not become all that is done. */
const maxPerSecond = 10;
/** After so many crashes with no call ended in between, waits grow. */
const patience = 5;
const firstDelayMs = 100;
const longestDelayMs = 5_000;

/**
 * Keeps a service that only crashes from doing nothing else: a supervisor's restart intensity, as in
 * Erlang/OTP, with a brake before it.
 *
 * Ten restarts a second at the most; when hosts crash one after the other and no call ends in
 * between, less and less often, down to one in 5 s.
 */
export class RestartBrake {
  readonly #limits: RestartLimits;
  #restarts: number[] = [];
  #fruitless = 0;

  constructor(limits: RestartLimits) {
    this.#limits = limits;
  }

  /** Whether restarts are being held back because hosts only crash. */
  get isHolding(): boolean {
    return this.#fruitless > patience;
  }

  /** A call has come to its end: the hosts do work. */
  release(): void {
    this.#fruitless = 0;
  }

  /**
   * Counts a crash, and the restart that follows it.
   *
   * @returns How long the restart is to wait, in milliseconds.
   * @throws {@link ExecutorLoadFailure} when there were too many lately.
   */
  spend(now: number = performance.now()): number {
    const { max, withinMs } = this.#limits;
    this.#restarts = this.#restarts.filter((at) => now - at < withinMs);
    if (this.#restarts.length >= max) {
      throw new ExecutorLoadFailure(
        `${max} hosts died within ${withinMs / 1000} s; the endpoints can't be kept running`,
      );
    }
    const rateDelay = this.#rateDelay(now);
    this.#fruitless++;
    const doublings = this.#fruitless - patience - 1;
    const delay = doublings < 0 ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** doublings);
    const wait = Math.max(rateDelay, delay);
    this.#restarts.push(now + wait);
    return wait;
  }

  /** Until the restart that is the tenth last is a second ago. */
  #rateDelay(now: number): number {
    const tenthLast = this.#restarts.at(-maxPerSecond);
    return tenthLast === undefined ? 0 : Math.max(0, tenthLast + 1_000 - now);
  }
}
