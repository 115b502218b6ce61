import type { IncomingMessage } from '../driver/driver.ts';
import type { Execution, Outcome } from '../executors/executor.ts';
import { type Log, shortened } from '../log.ts';

/** When a message is acknowledged: at most once (the default), or at least once. */
export type Acknowledge = 'on-dispatch' | 'on-reply';

/**
 * Settles a message, once, by what came of it.
 *
 * | outcome | `on-dispatch` | `on-reply` |
 * | --- | --- | --- |
 * | the method begins | acknowledge | – |
 * | the reply is with the broker | – | acknowledge |
 * | the reply could not be sent | – (logged) | requeue, while its caller waits |
 * | no request, or garbage | reject | reject |
 * | cancelled, as nobody waits for it | – | acknowledge |
 * | cancelled, as the server stops | – (the caller is told) | requeue |
 * | lost before it began | requeue | requeue |
 * | lost after it began | – (the caller is told) | retry |
 * | lost with a host, once too often | as above | reject |
 *
 * To reject a message dead-letters it where the queue says so.
 */
export class Delivery {
  readonly message: IncomingMessage;
  /** When the caller stops waiting, on the clock of `performance.now()`; absent for a cast. */
  readonly deadline: number | undefined;
  /** Where it runs, once it has been handed to an executor. */
  execution: Execution | undefined;
  readonly #acknowledge: Acknowledge;
  readonly #log: Log;
  #isAcknowledged = false;

  constructor(message: IncomingMessage, acknowledge: Acknowledge, log: Log) {
    this.message = message;
    const { arrivedAt, expirationMs } = message;
    this.deadline = expirationMs === undefined ? undefined : arrivedAt + expirationMs;
    this.#acknowledge = acknowledge;
    this.#log = log;
  }

  /** Whether its caller has stopped waiting. */
  get isExpired(): boolean {
    return this.deadline !== undefined && performance.now() >= this.deadline;
  }

  /** The method is about to run. */
  begun(): void {
    if (this.#acknowledge !== 'on-dispatch') return;
    this.#isAcknowledged = true;
    this.message.acknowledge();
  }

  /** The reply, if there is one, is with the broker, will never be sent, or waits for its missing queue. */
  replied(): void {
    this.message.acknowledge();
  }

  /** It need not run: nobody waits for it any more, or it has run before. */
  drop(): void {
    this.message.acknowledge();
  }

  malformed(error: Error): void {
    this.#log.error({ reason: shortened(error.message) }, 'rejected a message that is no request');
    this.message.reject();
  }

  /**
   * Not done here, but it may be elsewhere.
   *
   * @param wasTried - Whether it is to count as an attempt, where the broker counts them.
   * @returns Whether it was given back, so that it may yet be answered.
   */
  giveBack(wasTried = false): boolean {
    if (this.#isAcknowledged) return false;
    if (wasTried) this.message.retry();
    else this.message.requeue();
    return true;
  }

  /**
   * The place where it ran is gone.
   *
   * @param crash - Whether the host crashed while it ran, and whether that was once too often.
   * @returns Whether it was given back, so that it may yet be answered.
   */
  lost(
    { begun, error }: Extract<Outcome, { type: 'lost' }>,
    { isCrash, isTooMany }: { readonly isCrash: boolean; readonly isTooMany: boolean },
  ): boolean {
    const fields = { method: begun && shortened(begun.method), reason: shortened(error.message) };
    if (isTooMany && !this.#isAcknowledged) {
      this.#log.error(fields, 'set aside a message that crashes its hosts');
      this.message.reject();
      return false;
    }
    const isBack = this.giveBack(isCrash && begun !== undefined);
    if (isBack) this.#log.warn(fields, 'gave back a message that was lost with its host');
    else this.#log.error(fields, 'a call was lost with its host');
    return isBack;
  }
}
