import { Latencies } from '../../dist/cli/bench/latencies.js';

/** Keeps a number of operations under way: each that ends is followed by the next. */
export class Load {
  /** Of those that have ended since {@link forget}. */
  latencies = new Latencies();
  #isStopping = false;
  #callers;

  /**
   * @param {number} outstanding
   * @param {() => Promise<unknown>} operation Rejects when it failed or its answer is wrong.
   */
  constructor(outstanding, operation) {
    const callers = Array.from({ length: outstanding }, () => this.#callOn(operation));
    this.#callers = Promise.all(callers);
  }

  /**
   * Goes on for a while.
   *
   * @param {number} ms
   * @returns {Promise<number>} How long it was really.
   * @throws What the first operation to fail rejected with.
   */
  async goOn(ms) {
    const startedAt = performance.now();
    let timer;
    const elapsed = new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([elapsed, this.#callers]);
    clearTimeout(timer);
    return performance.now() - startedAt;
  }

  /** Measures anew from now on. */
  forget() {
    this.latencies = new Latencies();
  }

  /** Begins nothing more, and waits for what is under way. */
  async stop() {
    this.#isStopping = true;
    await this.#callers;
  }

  async #callOn(operation) {
    while (!this.#isStopping) {
      const startedAt = performance.now();
      await operation();
      this.latencies.record(performance.now() - startedAt);
    }
  }
}
