import type { CancelReason } from '../cancel-reason.ts';
import { longestTimerMs } from '../waiting.ts';

/** How long a cancelled call may take to end by itself, in milliseconds. */
export const defaultCancelGraceMs = 250;

/** What a {@link CancelClock} goes by, and whom it tells. */
export interface CancelClockOptions {
  /** When the caller stops waiting, on the clock of `performance.now()`; absent when it never does. */
  readonly deadline: number | undefined;
  /** How long a cancelled call may take to end by itself, in milliseconds. */
  readonly graceMs: number;
  /** The call is to stop; called once at the most. */
  readonly onCancel: (reason: CancelReason) => void;
  /** It has not, and its grace is over; called once at the most. */
  readonly onOverrun: (reason: CancelReason) => void;
}

/** Cancels one call when its deadline passes or it is asked to, and tells when its grace is over. */
export class CancelClock {
  readonly #options: CancelClockOptions;
  #timer: NodeJS.Timeout | undefined;
  #reason: CancelReason | undefined;
  #hasEnded = false;

  constructor(options: CancelClockOptions) {
    this.#options = options;
    if (options.deadline !== undefined) {
      this.#after(options.deadline - performance.now(), () => this.cancel('deadline'));
    }
  }

  /** Why the call was cancelled, if it was. */
  get reason(): CancelReason | undefined {
    return this.#reason;
  }

  /** Cancels, for the first reason that is given; nothing once the call has ended. */
  cancel(reason: CancelReason): void {
    if (this.#hasEnded || this.#reason !== undefined) return;
    this.#reason = reason;
    const { graceMs, onCancel, onOverrun } = this.#options;
    this.#after(graceMs, () => onOverrun(reason));
    onCancel(reason);
  }

  /**
   * The call has ended: nothing is told any more. It is taken for cancelled when its deadline has passed:
   * its method may have looked at the clock, and ended before the timer could fire.
   */
  end(): void {
    const { deadline = Number.POSITIVE_INFINITY } = this.#options;
    if (!this.#hasEnded && performance.now() >= deadline) this.#reason ??= 'deadline';
    this.#hasEnded = true;
    clearTimeout(this.#timer);
  }

  #after(ms: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, Math.min(Math.max(ms, 0), longestTimerMs));
    // A call that never ends, also when it is told to, must not keep a process that has stopped.
    this.#timer.unref();
  }
}
