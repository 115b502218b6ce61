import type { Driver, OutgoingMessage } from '../driver/driver.ts';
import { MessageUndeliverable } from '../errors.ts';
import type { ReplyTo } from '../executors/executor.ts';
import { type Log, shortened } from '../log.ts';
import { pause } from '../waiting.ts';

/** How long the reply to a queue that does not exist is tried again, and how often (oslo-wire.md 10). */
const missingQueueRetryMs = 60_000;
const missingQueueIntervalMs = 250;
/** How long a reply waits for a broker that is away. */
const sendTimeoutMs = 60_000;

/**
 * Publishes replies, each to the queue that its caller named.
 *
 * Mandatory, so that a caller's missing queue is noticed: it may be about to come back after a lost
 * connection, so the reply is tried again for a while, in the background. Never rejects; what could
 * not be sent is a line in the log.
 */
export class ReplySender {
  readonly #driver: Driver;
  readonly #log: Log;
  readonly #stopping = new AbortController();

  constructor(driver: Driver, log: Log) {
    this.#driver = driver;
    this.#log = log;
  }

  /** Resolves when the broker has the reply, or it has been given up. */
  async send(to: ReplyTo, reply: OutgoingMessage): Promise<void> {
    const fields = { queue: shortened(to.queue), msgId: shortened(String(to.msgId)) };
    // Only a reply queue is answered: `_reply_q` is the sender's word, and any queue's name fits it.
    if (!/^reply_./.test(to.queue)) {
      this.#log.error(fields, 'dropped a reply to a queue that is no reply queue');
      return;
    }
    const giveUpAt = performance.now() + missingQueueRetryMs;
    for (;;) {
      try {
        return await this.#driver.send({ type: 'reply', queue: to.queue }, reply, {
          mandatory: true,
          timeoutMs: sendTimeoutMs,
          signal: this.#stopping.signal,
        });
      } catch (error) {
        const isOver = performance.now() > giveUpAt || this.#stopping.signal.aborted;
        if (isOver || !(error instanceof MessageUndeliverable)) {
          this.#log.error({ ...fields, reason: (error as Error).message }, 'dropped a reply');
          return;
        }
        await pause(missingQueueIntervalMs, this.#stopping.signal);
      }
    }
  }

  /** Gives up what is still on its way. */
  stop(): void {
    this.#stopping.abort();
  }
}
