import { LRUCache } from 'lru-cache';
import type { Driver, OutgoingMessage } from '../driver/driver.ts';
import { MessageUndeliverable } from '../errors.ts';
import type { ReplyTo } from '../executors/executor.ts';
import { type Log, shortened } from '../log.ts';
import { pause } from '../waiting.ts';
import { encodeKeepAlive } from '../wire/reply.ts';

/** What a {@link ReplySender} is made of. */
export interface ReplySenderOptions {
  readonly driver: Driver;
  /** How long the reply to a queue that does not exist is tried again, in milliseconds. */
  readonly missingQueueTimeoutMs: number;
  readonly log: Log;
}

/** How often the reply to a missing queue is tried again; oslo.messaging's interval (oslo-wire.md 10). */
const missingQueueIntervalMs = 250;
/** How long, and how many, queues that did not come back are remembered. */
const gone = { ttl: 60_000, max: 1_000 };
/** How long a reply waits for a broker that is away. */
const sendTimeoutMs = 60_000;

/**
 * Publishes replies, each to the queue that its caller named.
 *
 * Mandatory, so that a caller's missing queue is noticed: it may be about to come back after a lost
 * connection, so the reply is tried again for a while, holding nobody else up. When it has not come
 * back by then, later replies to it are dropped at once. Never rejects; what could not be sent is a
 * line in the log. Source: oslo-wire.md 10.
 */
export class ReplySender {
  readonly #options: ReplySenderOptions;
  readonly #gone = new LRUCache<string, true>(gone);
  readonly #stopping = new AbortController();

  constructor(options: ReplySenderOptions) {
    this.#options = options;
  }

  /** Resolves when the broker has the reply, or it has been given up. */
  async send(to: ReplyTo, reply: OutgoingMessage): Promise<void> {
    const { missingQueueTimeoutMs, log } = this.#options;
    const fields = { queue: shortened(to.queue), msgId: shortened(String(to.msgId)) };
    if (!isReplyQueue(to.queue)) {
      log.error(fields, 'dropped a reply to a queue that is no reply queue');
      return;
    }
    const giveUpAt = performance.now() + missingQueueTimeoutMs;
    while (!this.#gone.has(to.queue)) {
      try {
        return await this.#publish(to.queue, reply);
      } catch (error) {
        if (!(error instanceof MessageUndeliverable) || this.#stopping.signal.aborted) {
          log.error({ ...fields, reason: (error as Error).message }, 'dropped a reply');
          return;
        }
        if (performance.now() >= giveUpAt) this.#gone.set(to.queue, true);
        else await pause(missingQueueIntervalMs, this.#stopping.signal);
      }
    }
    log.warn(fields, 'dropped a reply: its queue is gone');
  }

  /**
   * Tells a caller now and then that its call is still running.
   *
   * @returns What ends it; it ends by itself when the caller's queue is gone.
   */
  keepAlive(to: ReplyTo, intervalMs: number): () => void {
    if (!isReplyQueue(to.queue)) return () => {};
    const stop = (): void => clearInterval(timer);
    const timer = setInterval(() => {
      this.#publish(to.queue, encodeKeepAlive({ msgId: to.msgId })).catch(stop);
    }, intervalMs);
    return stop;
  }

  /** Gives up what is still on its way. */
  stop(): void {
    this.#stopping.abort();
  }

  #publish(queue: string, message: OutgoingMessage): Promise<void> {
    const { signal } = this.#stopping;
    const options = { mandatory: true, timeoutMs: sendTimeoutMs, signal };
    return this.#options.driver.send({ type: 'reply', queue }, message, options);
  }
}

/**
 * Whether a queue is one that replies go to. `_reply_q` is the sender's word, and by naming any other
 * queue it would have us write where it may not.
 */
function isReplyQueue(queue: string): boolean {
  return /^reply_.{1,249}$/.test(queue);
}
