import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** How long this thread's event loop has been at work, and not waiting, lap by lap. */
export class BusyTime {
  #last: EventLoopUtilization = performance.eventLoopUtilization();

  /** Since the last lap, in milliseconds. */
  lap(): number {
    const now = performance.eventLoopUtilization();
    const ms = now.active - this.#last.active;
    this.#last = now;
    return ms;
  }
}
