import type { CancelReason } from '../cancel-reason.ts';
import type { RollEntry } from '../roll.ts';
import { type Awaited, callDeadlines } from './deadlines.ts';

/** How long a cancelled call may take to end by itself, in milliseconds. */
export const defaultCancelGraceMs = 250;

/** Whom a {@link CancelClock} tells. */
export interface CancelObserver {
  /** The call is to stop; called once at the most. */
  onCancel(reason: CancelReason): void;
  /** It has not, and its grace is over; called once at the most. */
  onOverrun(reason: CancelReason): void;
}

/** Cancels one call when its deadline passes or it is asked to, and tells when its grace is over. */
export class CancelClock implements Awaited {
  /** When the caller stops waiting, on the clock of `performance.now()`. */
  readonly deadline: number;
  readonly #graceMs: number;
  readonly #observer: CancelObserver;
  readonly #awaited: RollEntry<Awaited> | undefined;
  #grace: NodeJS.Timeout | undefined;
  #reason: CancelReason | undefined;
  #hasEnded = false;

  /**
   * @param deadline - Absent when the caller never stops waiting.
   * @param graceMs - How long a cancelled call may take to end by itself, in milliseconds.
   */
  constructor(deadline: number | undefined, graceMs: number, observer: CancelObserver) {
    this.deadline = deadline ?? Number.POSITIVE_INFINITY;
    this.#graceMs = graceMs;
    this.#observer = observer;
    this.#awaited = deadline === undefined ? undefined : callDeadlines.add(this);
  }

  /** Why the call was cancelled, if it was. */
  get reason(): CancelReason | undefined {
    return this.#reason;
  }

  onDeadline(): void {
    this.cancel('deadline');
  }

  /** Cancels, for the first reason that is given; nothing once the call has ended. */
  cancel(reason: CancelReason): void {
    if (this.#hasEnded || this.#reason !== undefined) return;
    this.#reason = reason;
    this.#ignoreDeadline();
    // A call that never ends, also when it is told to, must not keep a process that has stopped.
    this.#grace = setTimeout(() => this.#observer.onOverrun(reason), this.#graceMs).unref();
    this.#observer.onCancel(reason);
  }

  /**
   * The call has ended: nothing is told any more. It is taken for cancelled when its deadline has passed:
   * its method may have looked at the clock, and ended before that was noticed here.
   */
  end(): void {
    if (!this.#hasEnded && performance.now() >= this.deadline) this.#reason ??= 'deadline';
    this.#hasEnded = true;
    this.#ignoreDeadline();
    clearTimeout(this.#grace);
  }

  #ignoreDeadline(): void {
    if (this.#awaited !== undefined) callDeadlines.delete(this.#awaited);
  }
}
