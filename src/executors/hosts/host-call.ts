import type { CancelReason } from '../../cancel-reason.ts';
import { Deferred } from '../../waiting.ts';
import { CancelClock, type CancelObserver } from '../cancel-clock.ts';
import type { Begun, Execution, Outcome, Work } from '../executor.ts';

/** Those that a {@link HostCall} is one of. */
export interface HostCallOwner {
  /** How long a cancelled call may take to end by itself, in milliseconds. */
  readonly graceMs: number;
  /** Takes it back if it waits; false if it does not. */
  withdraw(call: HostCall): boolean;
  /** It has begun, and is to stop. */
  stop(call: HostCall, reason: CancelReason): void;
  /** It was told to stop, and has not. */
  overrun(call: HostCall, reason: CancelReason): void;
}

/**
 * One call that a host has, as the runtime's thread knows it; a class for the reason that `Deferred` is one.
 */
export class HostCall implements Execution, CancelObserver {
  readonly id: number;
  /** Which of the host's places it is in. */
  readonly place: number;
  readonly work: Work;
  readonly onBegin: (begun: Begun) => boolean;
  /** Whether it waits here, is to be sent, was posted, or was posted and its body has gone along. */
  stage: 'held' | 'leaving' | 'posted' | 'moved' = 'held';
  begun: Begun | undefined;
  readonly #owner: HostCallOwner;
  readonly #clock: CancelClock;
  readonly #ended: Deferred<Outcome> = new Deferred();

  constructor(
    owner: HostCallOwner,
    id: number,
    place: number,
    work: Work,
    onBegin: (begun: Begun) => boolean,
  ) {
    this.#owner = owner;
    this.id = id;
    this.place = place;
    this.work = work;
    this.onBegin = onBegin;
    this.#clock = new CancelClock(work.deadline, owner.graceMs, this);
  }

  get outcome(): Promise<Outcome> {
    return this.#ended.promise;
  }

  /** Why it was cancelled, if it was. */
  get cancelled(): CancelReason | undefined {
    return this.#clock.reason;
  }

  cancel(reason: CancelReason): void {
    this.#clock.cancel(reason);
  }

  withdraw(): void {
    this.#owner.withdraw(this);
  }

  onCancel(reason: CancelReason): void {
    if (!this.#owner.withdraw(this)) this.#owner.stop(this, reason);
  }

  onOverrun(reason: CancelReason): void {
    this.#owner.overrun(this, reason);
  }

  /** It runs no more: nothing is told any more, and {@link cancelled} is final. */
  end(): void {
    this.#clock.end();
  }

  /** Says what came of it. */
  resolve(outcome: Outcome): void {
    this.#ended.resolve(outcome);
  }
}
