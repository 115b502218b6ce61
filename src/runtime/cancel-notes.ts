import type { OutgoingMessage } from '../driver/driver.ts';
import type { ReplyTo } from '../executors/executor.ts';
import { type Log, shortened } from '../log.ts';
import { encodeCancelNote } from '../wire/reply.ts';

/** What {@link CancelNotes} are made of. */
export interface CancelNotesOptions {
  /** Opens the queue on which this process takes cancellations; resolves with its name. */
  readonly openQueue: () => Promise<string>;
  readonly publish: (queue: string, message: OutgoingMessage, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** A call that is over by then needs no cancelling, and costs no message. */
const delayMs = 10;
/** How long a queue that could not be opened is not tried again. */
const retryMs = 60_000;

/**
 * Tells callers that may cancel their calls where to; see `wire/cancellation.ts`.
 *
 * The queue is opened for the first of them: a server that has none never has one.
 */
export class CancelNotes {
  readonly #options: CancelNotesOptions;
  #queue: Promise<string | undefined> | undefined;
  #retryAt = Number.POSITIVE_INFINITY;

  constructor(options: CancelNotesOptions) {
    this.#options = options;
  }

  /**
   * Tells a caller, once its call has run for a moment. What goes wrong costs the cancelling only.
   *
   * @returns What ends it, for when the call is over.
   */
  tell({ queue, msgId }: ReplyTo): () => void {
    // A cancellation names the call in a header, as text.
    if (typeof msgId !== 'string') return () => {};
    const over = new AbortController();
    const timer = setTimeout(() => void this.#tell(queue, msgId, over.signal), delayMs);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }

  async #tell(queue: string, msgId: string, signal: AbortSignal): Promise<void> {
    const cancelQueue = await this.#open();
    if (cancelQueue === undefined || signal.aborted) return;
    const { publish, log } = this.#options;
    try {
      await publish(queue, encodeCancelNote({ msgId, queue: cancelQueue }), signal);
    } catch (error) {
      if (signal.aborted) return;
      const fields = { queue: shortened(queue), msgId: shortened(msgId), reason: reasonOf(error) };
      log.debug(fields, 'could not tell a caller where to cancel its call');
    }
  }

  /** @returns Nothing when the queue can't be had, which is said once. */
  #open(): Promise<string | undefined> {
    if (performance.now() >= this.#retryAt) this.#queue = undefined;
    this.#queue ??= this.#opened();
    return this.#queue;
  }

  async #opened(): Promise<string | undefined> {
    this.#retryAt = Number.POSITIVE_INFINITY;
    try {
      return await this.#options.openQueue();
    } catch (error) {
      this.#retryAt = performance.now() + retryMs;
      this.#options.log.warn(
        { reason: reasonOf(error) },
        'callers can cancel nothing here for now: the queue for it could not be opened',
      );
      return undefined;
    }
  }
}

function reasonOf(error: unknown): string {
  return shortened((error as Error).message);
}
