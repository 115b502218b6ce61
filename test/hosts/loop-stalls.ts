import { closeSync, openSync, readSync } from 'node:fs';
import { createHistogram, monitorEventLoopDelay, type RecordableHistogram } from 'node:perf_hooks';

/** How long an event loop stood still, in milliseconds: percentiles, and the longest. */
export interface Stalls {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** How often the loop is looked at. */
const intervalMs = 1;

/**
 * Measures how long this process's event loop stands still, twice: as Node does, and without the time for
 * which the system had the thread wait for a processor, which says more of the machine than of the program.
 *
 * Linux only; on the main thread only.
 */
export class LoopStalls {
  readonly #delays = monitorEventLoopDelay({ resolution: intervalMs });
  readonly #own: RecordableHistogram = createHistogram();
  readonly #fd = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  readonly #text = Buffer.alloc(128);
  readonly #timer: NodeJS.Timeout;
  #lastAt = performance.now();
  #lastWaitedMs = this.#waitedMs();

  constructor() {
    this.#delays.enable();
    this.#timer = setInterval(() => this.#look(), intervalMs).unref();
  }

  /** What there was since the last time that this was called. */
  take(): { readonly delays: Stalls; readonly own: Stalls } {
    const taken = { delays: stallsOf(this.#delays), own: stallsOf(this.#own) };
    this.#delays.reset();
    this.#own.reset();
    return taken;
  }

  stop(): void {
    this.#delays.disable();
    clearInterval(this.#timer);
    closeSync(this.#fd);
  }

  #look(): void {
    const now = performance.now();
    const waitedMs = this.#waitedMs();
    const ownMs = now - this.#lastAt - (waitedMs - this.#lastWaitedMs);
    this.#own.record(Math.max(1, Math.round(ownMs * 1e6)));
    this.#lastAt = now;
    this.#lastWaitedMs = waitedMs;
  }

  /** For how long the thread could have run and was not let, so far. */
  #waitedMs(): number {
    const length = readSync(this.#fd, this.#text, 0, this.#text.length, 0);
    const [, waitedNs] = this.#text.toString('latin1', 0, length).split(' ');
    return Number(waitedNs) / 1e6;
  }
}

function stallsOf(histogram: {
  percentile(percent: number): number;
  readonly max: number;
}): Stalls {
  const ms = (ns: number): number => Math.round(Math.max(0, ns / 1e6 - intervalMs) * 100) / 100;
  const at = (percent: number): number => ms(histogram.percentile(percent));
  return { p50: at(50), p90: at(90), p99: at(99), max: ms(histogram.max) };
}
