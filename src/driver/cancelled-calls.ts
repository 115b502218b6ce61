import { type Log, shortened } from '../log.ts';

/** Takes the `_msg_id` of a call that was cancelled, and says whether it runs here. */
export type OnCancellation = (msgId: string) => boolean;

/** Tells the servers of this process which calls their callers cancelled. */
export class CancelledCalls {
  readonly #handlers = new Set<OnCancellation>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Tells a server of each from now on.
   *
   * @returns What ends that.
   */
  tell(handler: OnCancellation): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** A call was cancelled: of which server it is, each of them has to say. */
  take(msgId: string): void {
    let isKnown = false;
    for (const handler of this.#handlers) isKnown = handler(msgId) || isKnown;
    if (isKnown) return;
    // As a rule it has just ended.
    this.#log.debug({ msgId: shortened(msgId) }, 'ignored a cancellation: no such call runs here');
  }
}
