import type { Driver, OutgoingMessage } from '../driver/driver.ts';
import { MessageUndeliverable } from '../errors.ts';
import type { ReplyTo } from '../executors/executor.ts';
import { type Log, shortened, shownValue } from '../log.ts';
import { encodeKeepAlive } from '../wire/reply.ts';
import { MissingQueues } from './missing-queues.ts';

/** What a {@link ReplySender} is made of. */
export interface ReplySenderOptions {
  readonly driver: Driver;
  /** How long the reply to a queue that does not exist is tried again, in milliseconds. */
  readonly missingQueueTimeoutMs: number;
  /** What the names of queues that are answered begin with. */
  readonly queuePrefix: string;
  readonly log: Log;
}

/** How long a reply waits for a broker that is away. */
const sendTimeoutMs = 60_000;

/**
 * Publishes replies, each to the queue that its caller named.
 *
 * Mandatory, so that a caller's missing queue is noticed; see {@link MissingQueues} for what happens
 * then. Never rejects; what could not be sent is a line in the log. Source: oslo-wire.md 10.
 */
export class ReplySender {
  readonly #options: ReplySenderOptions;
  readonly #missing: MissingQueues;
  readonly #stopping = new AbortController();

  constructor(options: ReplySenderOptions) {
    this.#options = options;
    this.#missing = new MissingQueues({
      publish: ({ queue, message }) => this.#publish(queue, message, this.#stopping.signal),
      timeoutMs: options.missingQueueTimeoutMs,
      log: options.log,
    });
  }

  /** Resolves when the broker has the reply, or it was dropped, or it waits for its queue. */
  async send({ queue, msgId: id }: ReplyTo, message: OutgoingMessage): Promise<void> {
    const { log } = this.#options;
    const msgId = shownValue(id);
    if (!this.#isReplyQueue(queue)) {
      log.error(
        { queue: shortened(queue), msgId },
        'dropped a reply to a queue that is no reply queue',
      );
      return;
    }
    if (this.#missing.has(queue)) return this.#missing.keep({ queue, msgId, message });
    try {
      await this.#publish(queue, message, this.#stopping.signal);
    } catch (error) {
      if (error instanceof MessageUndeliverable) {
        return this.#missing.keep({ queue, msgId, message });
      }
      const reason = shortened((error as Error).message);
      log.error({ queue: shortened(queue), msgId, reason }, 'dropped a reply');
    }
  }

  /**
   * Tells a caller now and then that its call is still running.
   *
   * @returns What ends it, so that none is sent after the reply; it ends by itself when the caller's
   * queue is gone.
   */
  keepAlive({ queue, msgId }: ReplyTo, intervalMs: number): () => void {
    if (!this.#isReplyQueue(queue)) return () => {};
    const over = new AbortController();
    const stop = (): void => {
      clearInterval(timer);
      over.abort();
    };
    let isSending = false;
    const beat = async (): Promise<void> => {
      // While the broker is away one is enough: they would all arrive together.
      if (isSending) return;
      isSending = true;
      try {
        await this.#publish(queue, encodeKeepAlive({ msgId }), over.signal);
      } catch (error) {
        // Whatever else went wrong, the next one may get through.
        if (error instanceof MessageUndeliverable) stop();
      } finally {
        isSending = false;
      }
    };
    const timer = setInterval(() => void beat(), intervalMs);
    return stop;
  }

  /** Resolves when no reply waits for its queue any more. */
  idle(): Promise<void> {
    return this.#missing.idle();
  }

  /** Gives up what is still on its way. */
  stop(): void {
    this.#stopping.abort();
    this.#missing.stop();
  }

  /**
   * Whether a queue is one that replies go to. `_reply_q` is the sender's word, and by naming any
   * other queue it would have us write where it may not. AMQP has no longer names.
   */
  #isReplyQueue(queue: string): boolean {
    const { queuePrefix } = this.#options;
    return (
      queue.length > queuePrefix.length &&
      queue.startsWith(queuePrefix) &&
      /^[\x20-\x7e]{1,255}$/.test(queue)
    );
  }

  #publish(queue: string, message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const options = { mandatory: true, timeoutMs: sendTimeoutMs, signal };
    return this.#options.driver.send({ type: 'reply', queue }, message, options);
  }
}
