import type { CancelReason } from '../cancel-reason.ts';
import { type Cancellation, callCancelled } from '../dispatcher/cancellation.ts';

/** One call that runs: what its `ctx.signal` and `ctx.aborted` are made of. */
export class RunningCall implements Cancellation {
  readonly #flagged: () => CancelReason | undefined;
  #method = 'the method';
  #controller: AbortController | undefined;
  #reason: CancelReason | undefined;

  /** @param flagged - Tells of a cancellation that the event loop has not let in yet. */
  constructor(flagged: () => CancelReason | undefined = () => undefined) {
    this.#flagged = flagged;
  }

  /** The request has been read: this is what it calls. */
  begin(method: string): void {
    this.#method = method;
  }

  get reason(): CancelReason | undefined {
    this.#reason ??= this.#flagged();
    return this.#reason;
  }

  // Made when it is asked for: most methods never look, and a controller for each call costs.
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.reason !== undefined) this.cancel(this.reason);
    }
    return this.#controller.signal;
  }

  cancel(reason: CancelReason): void {
    this.#reason ??= reason;
    this.#controller?.abort(callCancelled(this.#reason, this.#method));
  }
}
