import type { CancelReason } from '../cancel-reason.ts';
import { ClosedError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Deferred, deferred } from '../waiting.ts';
import { callLog } from './call-log.ts';
import { CancelClock, type CancelObserver } from './cancel-clock.ts';
import type { Begun, Execution, Outcome, Work } from './executor.ts';
import type { Performed, Place } from './perform.ts';
import { RunningCall } from './running-call.ts';

/** How a {@link LoopExecution} goes. */
export interface LoopExecutionOptions {
  /** How long it may take to end once it is cancelled, in milliseconds. */
  readonly graceMs: number;
  readonly log: Log;
  readonly onBegin: (begun: Begun) => boolean;
}

/** One request that runs on this thread's event loop: what can be done about it, and what comes of it. */
export class LoopExecution implements Execution, Place, CancelObserver {
  readonly call: RunningCall = new RunningCall();
  readonly log: Log;
  /** To be called when its method is about to run. */
  readonly begins: (begun: Begun) => boolean;
  readonly #clock: CancelClock;
  readonly #ended: Deferred<Outcome> = deferred();
  #begun: Begun | undefined;

  constructor({ deadline }: Work, { graceMs, log, onBegin }: LoopExecutionOptions) {
    this.log = callLog(log, () => this.#begun);
    this.begins = (begun) => {
      this.#begun = begun;
      return onBegin(begun);
    };
    this.#clock = new CancelClock(deadline, graceMs, this);
  }

  get outcome(): Promise<Outcome> {
    return this.#ended.promise;
  }

  cancel(reason: CancelReason): void {
    this.#clock.cancel(reason);
  }

  /** Nothing waits here: it has begun, or does in this turn. */
  withdraw(): void {}

  onCancel(reason: CancelReason): void {
    this.call.cancel(reason);
  }

  onOverrun(reason: CancelReason): void {
    this.#ended.resolve({ type: 'cancelled', reason, begun: this.#begun });
  }

  /** The executor stops: nobody waits for it any more. */
  lose(): void {
    this.#clock.cancel('draining');
    const error = new ClosedError('the executor was stopped');
    this.#ended.resolve({ type: 'lost', error, begun: this.#begun });
  }

  end(performed: Performed): void {
    this.#clock.end();
    const { reason } = this.#clock;
    this.#ended.resolve(
      performed.type === 'done' ? { ...performed, cancelled: reason } : performed,
    );
  }
}
