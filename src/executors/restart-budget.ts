import { ExecutorLoadFailure } from '../errors.ts';

/** How many hosts may be replaced, in how long: a supervisor's restart intensity, as in Erlang/OTP. */
const maxRestarts = 20;
const withinMs = 60_000;

/** Keeps a service that only crashes from crashing for ever. */
export class RestartBudget {
  #restarts: number[] = [];

  /** @throws {@link ExecutorLoadFailure} when there were too many lately. */
  spend(now: number = performance.now()): void {
    this.#restarts = this.#restarts.filter((at) => now - at < withinMs);
    if (this.#restarts.length >= maxRestarts) {
      throw new ExecutorLoadFailure(
        `${maxRestarts} hosts died within ${withinMs / 1000} s; the endpoints can't be kept running`,
      );
    }
    this.#restarts.push(now);
  }
}
