import { setTimeout as pause } from 'node:timers/promises';
import { Latencies } from '../../dist/cli/bench/latencies.js';

const everyMs = 10;

/**
 * Pings at a fixed rate beside a load.
 *
 * A ping's time counts from when it was due, not from when it was sent: whoever is too busy to send
 * it would otherwise hide that (coordinated omission).
 */
export class Pinger {
  #latencies = new Latencies();
  #isStopping = false;
  #pinging;

  /** @param {() => Promise<unknown>} ping */
  constructor(ping) {
    this.#pinging = this.#pingOn(ping);
    // Whoever stops it hears of a failure; until then nobody listens.
    this.#pinging.catch(() => {});
  }

  /** Measures anew from now on. */
  forget() {
    this.#latencies = new Latencies();
  }

  /** @returns {Promise<number>} The time in which 99 of 100 pings were answered, in milliseconds. */
  async stop() {
    this.#isStopping = true;
    await this.#pinging;
    return this.#latencies.percentileMs(99);
  }

  async #pingOn(ping) {
    const pings = [];
    for (let dueAt = performance.now(); !this.#isStopping; dueAt += everyMs) {
      const earlyMs = dueAt - performance.now();
      // Those that are overdue go out at once, all of them.
      if (earlyMs > 0) await pause(earlyMs);
      pings.push(this.#pingDueAt(dueAt, ping));
    }
    await Promise.all(pings);
  }

  async #pingDueAt(dueAt, ping) {
    await ping();
    this.#latencies.record(performance.now() - dueAt);
  }
}
