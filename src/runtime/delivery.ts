import type { IncomingMessage } from '../driver/driver.ts';
import { HostCrashed } from '../errors.ts';
import type { Outcome } from '../executors/executor.ts';
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
 * | no request, or garbage | reject | reject |
 * | lost before it began | requeue | requeue |
 * | lost after it began | – (the caller is told) | requeue |
 *
 * Once only when its host crashed, for a message that takes its host with it every time must not do
 * so for ever: when the broker has delivered it before, it is rejected, which dead-letters it where
 * the queue says so. That a server was stopped is no fault of the message's.
 */
export class Delivery {
  readonly message: IncomingMessage;
  readonly #acknowledge: Acknowledge;
  readonly #log: Log;

  constructor(message: IncomingMessage, acknowledge: Acknowledge, log: Log) {
    this.message = message;
    this.#acknowledge = acknowledge;
    this.#log = log;
  }

  /** When the caller stops waiting, on the clock of `performance.now()`; absent for a cast. */
  get deadline(): number | undefined {
    const { arrivedAt, expirationMs } = this.message;
    return expirationMs === undefined ? undefined : arrivedAt + expirationMs;
  }

  /** The method is about to run. */
  begun(): void {
    if (this.#acknowledge === 'on-dispatch') this.message.acknowledge();
  }

  /** The reply, if there is one, is with the broker, can't be sent, or waits for its missing queue. */
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
   * The place where it ran is gone.
   *
   * @returns Whether it was given back, so that it may yet be answered.
   */
  lost({ begun, error }: Extract<Outcome, { type: 'lost' }>): boolean {
    const fields = { method: begun && shortened(begun.method), reason: shortened(error.message) };
    if (begun !== undefined && this.#acknowledge === 'on-dispatch') {
      this.#log.error(fields, 'a call was lost with its host');
      return false;
    }
    if (this.message.redelivered && error instanceof HostCrashed) {
      this.#log.error(fields, 'rejected a message that was lost with its host before');
      this.message.reject();
      return false;
    }
    this.#log.warn(fields, 'gave back a message that was lost with its host');
    this.message.requeue();
    return true;
  }
}
