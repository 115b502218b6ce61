import { LRUCache } from 'lru-cache';
import type { OutgoingMessage } from '../driver/driver.ts';
import { MessageUndeliverable } from '../errors.ts';
import { type Log, shortened } from '../log.ts';
import { pause } from '../waiting.ts';

/** A reply on its way to its caller's queue. */
export interface AddressedReply {
  readonly queue: string;
  /** For the log. */
  readonly msgId: string;
  readonly message: OutgoingMessage;
}

/** What {@link MissingQueues} is made of. */
export interface MissingQueuesOptions {
  /** Publishes one reply; rejects with {@link MessageUndeliverable} while its queue is not there. */
  readonly publish: (reply: AddressedReply) => Promise<void>;
  /** How long a queue's replies are tried again, in milliseconds. */
  readonly timeoutMs: number;
  readonly log: Log;
}

/** How often a missing queue is tried; oslo.messaging's interval (oslo-wire.md 10). */
const intervalMs = 250;
/** How long a missing queue adds to the others' interval: all of them get 200 tries a second. */
const intervalPerQueueMs = 5;
/** How much is kept of replies that wait; past it, a reply is dropped at once. */
const maxHeldBytes = 64 * 1024 * 1024;
/** How long, and how many, queues that did not come back are remembered; oslo.messaging: 200. */
const gone = { ttl: 60_000, max: 1_000 };

/**
 * Keeps replies whose queue is not there: its caller may be about to come back.
 *
 * They are tried again for a while, the first of a queue for all of them, in the background: no
 * call, and no other caller's reply, waits for them. When the queue has not come back by then they
 * are dropped, each with a line in the log, and so are later ones, at once. What a flood of calls
 * with made-up queues can cost is bounded, in tries a second and in memory. Source: oslo-wire.md 10.
 */
export class MissingQueues {
  readonly #options: MissingQueuesOptions;
  /** The replies in the order in which they are to arrive. */
  readonly #missing = new Map<string, AddressedReply[]>();
  readonly #retries = new Set<Promise<void>>();
  readonly #gone = new LRUCache<string, true>(gone);
  readonly #stopping = new AbortController();
  #heldBytes = 0;

  constructor(options: MissingQueuesOptions) {
    this.#options = options;
  }

  /** Whether the queue is known to be missing, so that a reply to it is to be kept, not published. */
  has(queue: string): boolean {
    return this.#missing.has(queue) || this.#gone.has(queue);
  }

  /** Keeps a reply until its queue is there, or drops it if that has been waited for long enough. */
  keep(reply: AddressedReply): void {
    const { queue, message } = reply;
    if (this.#gone.has(queue)) {
      this.#drop(reply, 'dropped a reply: its queue is gone');
    } else if (this.#stopping.signal.aborted) {
      this.#drop(reply, 'dropped a reply: its queue is missing');
    } else if (this.#heldBytes + message.body.byteLength > maxHeldBytes) {
      this.#drop(reply, 'dropped a reply: too many wait for queues that are missing');
    } else {
      this.#heldBytes += message.body.byteLength;
      const known = this.#missing.get(queue);
      if (known === undefined) this.#wait(reply);
      else known.push(reply);
    }
  }

  /** Resolves when no reply waits any more. */
  async idle(): Promise<void> {
    while (this.#retries.size > 0) await Promise.all(this.#retries);
  }

  /** Drops what waits. */
  stop(): void {
    this.#stopping.abort();
  }

  #wait(first: AddressedReply): void {
    const { queue } = first;
    const replies = [first];
    this.#missing.set(queue, replies);
    if (this.#options.timeoutMs > 0) {
      this.#options.log.info({ queue: shortened(queue) }, 'a reply waits: its queue is missing');
    }
    const retrying = this.#retry(queue, replies).finally(() => this.#retries.delete(retrying));
    this.#retries.add(retrying);
  }

  async #retry(queue: string, replies: AddressedReply[]): Promise<void> {
    const { signal } = this.#stopping;
    const giveUpAt = performance.now() + this.#options.timeoutMs;
    while (replies.length > 0) {
      const leftMs = giveUpAt - performance.now();
      if (leftMs <= 0 || signal.aborted) break;
      const pauseMs = Math.max(intervalMs, this.#missing.size * intervalPerQueueMs);
      await pause(Math.min(pauseMs, leftMs), signal);
      if (!signal.aborted) await this.#publishUntilMissing(replies);
    }
    this.#missing.delete(queue);
    if (replies.length === 0) return;
    if (!signal.aborted) this.#gone.set(queue, true);
    const what = signal.aborted ? 'its queue is missing' : 'its queue is gone';
    for (const reply of replies.splice(0)) {
      this.#heldBytes -= reply.message.body.byteLength;
      this.#drop(reply, `dropped a reply: ${what}`);
    }
  }

  async #publishUntilMissing(replies: AddressedReply[]): Promise<void> {
    for (let [reply] = replies; reply !== undefined; [reply] = replies) {
      try {
        await this.#options.publish(reply);
      } catch (error) {
        if (error instanceof MessageUndeliverable || this.#stopping.signal.aborted) return;
        const { queue, msgId } = reply;
        const reason = shortened((error as Error).message);
        this.#options.log.error({ queue: shortened(queue), msgId, reason }, 'dropped a reply');
      }
      replies.shift();
      this.#heldBytes -= reply.message.body.byteLength;
    }
  }

  #drop({ queue, msgId }: AddressedReply, message: string): void {
    this.#options.log.warn({ queue: shortened(queue), msgId }, message);
  }
}
