import type { ClosedError, ErrorSubject } from '../errors.ts';
import { type Log, shortened, shownValue } from '../log.ts';
import { type Deferred, deferred } from '../waiting.ts';
import { remoteErrorFrom } from '../wire/failure.ts';
import { decodeReply, type Reply } from '../wire/reply.ts';

/** A call that waits for its reply. */
export interface ExpectedReply {
  /** Who to name in the error. */
  readonly about: ErrorSubject;
  /** Called when the server says that the call is still running. */
  readonly onKeepAlive: () => void;
}

interface Waiter extends ExpectedReply {
  readonly replied: Deferred<unknown>;
  /** The last result that was not null: servers before oslo.messaging 4 end with an empty message. */
  result: unknown;
}

/**
 * Waits for the reply to each call that this process has sent.
 *
 * One waiter serves all calls on one reply queue. A reply for a call that nobody waits for is
 * counted and dropped: the server may have answered after the caller gave up, and a Python server
 * may send keep-alives after its answer. Source: oslo-wire.md 1.9 and 10.
 */
export class ReplyWaiters {
  readonly #waiters = new Map<unknown, Waiter>();
  readonly #log: Log;
  #orphaned = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** How many replies came for calls that nobody waited for. */
  get orphaned(): number {
    return this.#orphaned;
  }

  /**
   * Starts to wait, before the request is sent.
   *
   * @returns A promise of the result; it rejects with {@link RemoteError} when the method failed,
   * with {@link ClosedError} when the transport closes. End the wait with {@link forget}.
   */
  expect(msgId: string, expected: ExpectedReply): Promise<unknown> {
    const replied = deferred<unknown>();
    this.#waiters.set(msgId, { ...expected, replied, result: null });
    return replied.promise;
  }

  /** Stops waiting for a call. */
  forget(msgId: string): void {
    this.#waiters.delete(msgId);
  }

  /** Takes a body that arrived in the reply queue. */
  accept(body: Uint8Array, compression?: string | undefined): void {
    let reply: Reply;
    try {
      reply = decodeReply(body, { compression });
    } catch (error) {
      const reason = shortened((error as Error).message);
      this.#log.error({ reason }, 'dropped a reply that cannot be read');
      return;
    }
    const waiter = this.#waiters.get(reply.msgId);
    if (waiter === undefined) {
      this.#orphaned++;
      this.#log.debug({ msgId: shownValue(reply.msgId) }, 'dropped a reply nobody waits for');
      return;
    }
    if (reply.failure !== undefined) {
      waiter.replied.reject(remoteErrorFrom(reply.failure, waiter.about));
    } else {
      waiter.result = reply.result ?? waiter.result;
      if (reply.ending) waiter.replied.resolve(waiter.result);
      else waiter.onKeepAlive();
    }
  }

  /** Fails every call that still waits. */
  close(reason: ClosedError): void {
    for (const { replied } of this.#waiters.values()) replied.reject(reason);
    this.#waiters.clear();
  }
}
