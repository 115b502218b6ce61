import { CallCancelled } from '../errors.ts';
import { longestTimerMs } from '../waiting.ts';

/** One call that runs; its signal is the method's `ctx.signal`. */
export interface RunningCall {
  readonly signal: AbortSignal;
  /** The method has ended: nothing aborts the signal any more. */
  end(): void;
}

/** The calls that run in one place, each with a signal that aborts at its deadline or with the place. */
export class RunningCalls {
  readonly #controllers = new Set<AbortController>();
  #stopped: Error | undefined;

  /** @param deadline - When the caller stops waiting, on the clock of `performance.now()`. */
  begin(method: string, deadline: number | undefined): RunningCall {
    const controller = new AbortController();
    if (this.#stopped !== undefined) controller.abort(this.#stopped);
    this.#controllers.add(controller);
    const timer =
      deadline === undefined
        ? undefined
        : setTimeout(
            () => controller.abort(new CallCancelled('the caller has stopped waiting', { method })),
            Math.min(deadline - performance.now(), longestTimerMs),
          );
    // A method that never ends, also when it is told to, must not keep a process that has stopped.
    timer?.unref();
    return {
      signal: controller.signal,
      end: () => {
        clearTimeout(timer);
        this.#controllers.delete(controller);
      },
    };
  }

  /** Aborts every call, and each that is yet to begin. */
  abort(reason: Error): void {
    this.#stopped = reason;
    for (const controller of this.#controllers) controller.abort(reason);
  }
}
