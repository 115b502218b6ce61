import { ExecutorLoadFailure } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { pause } from '../../waiting.ts';
import type { Host } from './host.ts';

/** A thread that has ended leaves within milliseconds; one inside a native call when that returns. */
const leavesWithinMs = 1_000;
/** When all is being stopped there is less time: the process is to end soon after its drain limit. */
const leavesAtStopWithinMs = 200;
/** Each keeps a thread, its memory and perhaps a core; the process is better ended than more of them. */
const maxStuck = 4;

/** The hosts that have ended, but whose threads have not left: nothing can stop a native call. */
export class StuckHosts {
  readonly #log: Log;
  readonly #onTooMany: (error: Error) => void;
  readonly #leaving = new Set<Promise<unknown>>();
  /** What ends the waits for them. */
  readonly #waits = new Set<AbortController>();
  #count = 0;

  constructor(log: Log, onTooMany: (error: Error) => void) {
    this.#log = log;
    this.#onTooMany = onTooMany;
  }

  get count(): number {
    return this.#count;
  }

  /** Sees a host off that has ended. */
  watch(host: Host): void {
    const leaving = this.#untilGone(host).finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** Resolves when each has left, or is known to be stuck; for the last time. */
  async settled(): Promise<void> {
    const timer = setTimeout(() => {
      for (const wait of this.#waits) wait.abort();
    }, leavesAtStopWithinMs);
    await Promise.all(this.#leaving);
    clearTimeout(timer);
  }

  async #untilGone(host: Host): Promise<void> {
    const wait = new AbortController();
    this.#waits.add(wait);
    let isGone = false;
    const gone = host.gone.then(() => {
      isGone = true;
      wait.abort();
    });
    await pause(leavesWithinMs, wait.signal);
    this.#waits.delete(wait);
    if (isGone) return;
    this.#count++;
    void gone.then(() => this.#count--);
    this.#log.error({ host: host.id }, 'a host was killed, but is stuck inside a native call');
    if (this.#count < maxStuck) return;
    this.#onTooMany(
      new ExecutorLoadFailure(
        `${this.#count} hosts are stuck inside native calls, which only the end of the process ends`,
      ),
    );
  }
}
