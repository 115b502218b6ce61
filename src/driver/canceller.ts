import { LRUCache } from 'lru-cache';
import { type Log, shortened } from '../log.ts';
import { onAbort, pause } from '../waiting.ts';
import { cancellationOf } from '../wire/cancellation.ts';
import type { Driver } from './driver.ts';

/** How long a cancellation waits for a broker that is away, and in a queue that nobody reads. */
const patienceMs = 60_000;

/** How long the last cancellations may take to reach the broker. */
const flushMs = 1_000;

/** How long, and how many, cancelled calls are remembered that a server may yet begin. */
const remembered = { ttl: 600_000, max: 10_000 };

/**
 * Tells servers that calls of this process were cancelled.
 *
 * Only the server that runs a call can stop it, and which one that is it says when it begins. A call
 * that is cancelled before, because it still waits in the broker, is remembered, and cancelled as soon
 * as a server says that it has begun it: each time, for a call may be delivered again.
 */
export class Canceller {
  readonly #driver: Pick<Driver, 'send'>;
  readonly #log: Log;
  /** Of the calls under way that may be cancelled, the queue that cancels them, once it is known. */
  readonly #underWay = new Map<string, string | undefined>();
  readonly #cancelled = new LRUCache<string, true>(remembered);
  readonly #publishing = new Set<Promise<void>>();

  constructor(driver: Pick<Driver, 'send'>, log: Log) {
    this.#driver = driver;
    this.#log = log;
  }

  /**
   * Cancels a call when the signal aborts.
   *
   * @returns What ends that, for when the call is over.
   */
  watch(msgId: string, signal: AbortSignal): () => void {
    this.#underWay.set(msgId, undefined);
    const ignoreSignal = onAbort(signal, () => this.#cancel(msgId));
    return () => {
      ignoreSignal();
      this.#underWay.delete(msgId);
    };
  }

  /**
   * A server has begun a call.
   *
   * @param msgId - As it stood in the server's message, which may name no call of ours.
   * @param queue - Where that server takes cancellations.
   */
  begun(msgId: unknown, queue: string): void {
    if (typeof msgId !== 'string') return;
    if (this.#cancelled.has(msgId)) this.#publish(msgId, queue);
    else if (this.#underWay.has(msgId)) this.#underWay.set(msgId, queue);
  }

  /** Whether a cancellation is on its way to the broker. */
  get isPublishing(): boolean {
    return this.#publishing.size > 0;
  }

  /** Resolves when the cancellations that are on their way are with the broker, after a second at most. */
  async flush(): Promise<void> {
    const done = new AbortController();
    await Promise.race([Promise.all(this.#publishing), pause(flushMs, done.signal)]);
    done.abort();
  }

  #cancel(msgId: string): void {
    this.#cancelled.set(msgId, true);
    const queue = this.#underWay.get(msgId);
    if (queue !== undefined) this.#publish(msgId, queue);
  }

  #publish(msgId: string, queue: string): void {
    const message = { ...cancellationOf(msgId), expirationMs: patienceMs };
    const publishing = this.#driver
      .send({ type: 'reply', queue }, message, { mandatory: true, timeoutMs: patienceMs })
      .catch((error: unknown) => {
        const reason = shortened((error as Error).message);
        this.#log.debug({ msgId, queue, reason }, 'could not cancel a call on its server');
      })
      .finally(() => this.#publishing.delete(publishing));
    this.#publishing.add(publishing);
  }
}
