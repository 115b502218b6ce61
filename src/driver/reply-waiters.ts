import { type ClosedError, MalformedMessage } from '../errors.ts';
import { type Log, shortened, shownValue } from '../log.ts';
import { SlotMap } from '../slot-map.ts';
import { type BodyFormat, formatOf } from '../wire/body-format.ts';
import { compressionIn } from '../wire/compression.ts';
import { remoteErrorFrom } from '../wire/failure.ts';
import { msgIdIn } from '../wire/ids.ts';
import type { MessageLimits } from '../wire/message-limits.ts';
import { decodeReply, type Reply } from '../wire/reply.ts';
import type { ArrivedReply } from './driver.ts';
import {
  type CallsAtLarge,
  PendingCall,
  type PendingCallOptions,
  replyTo,
} from './pending-call.ts';

/** What {@link ReplyWaiters} are made of. */
export interface ReplyWaitersOptions {
  readonly log: Log;
  readonly statuses: CallsAtLarge['statuses'];
  /** What a reply may cost; one over it is refused unread. */
  readonly limits: MessageLimits;
  /** Called when a server says where the call that it has begun is cancelled. */
  readonly onBegun: (msgId: unknown, cancelQueue: string) => void;
}

/**
 * Waits for the reply to each call that this process has sent.
 *
 * One waiter serves all calls on one reply queue. A reply for a call that nobody waits for is
 * counted and dropped: the server may have answered after the caller gave up, and a Python server
 * may send keep-alives after its answer. Source: oslo-wire.md 1.9 and 10.
 */
export class ReplyWaiters {
  readonly #waiters = new SlotMap<unknown, PendingCall>();
  readonly #atLarge: CallsAtLarge;
  readonly #options: ReplyWaitersOptions;
  #orphaned = 0;
  #hasExpected = false;

  constructor(options: ReplyWaitersOptions) {
    this.#options = options;
    this.#atLarge = { waiting: this.#waiters, statuses: options.statuses };
  }

  /** How many replies came for calls that nobody waited for. */
  get orphaned(): number {
    return this.#orphaned;
  }

  /**
   * Starts to wait, before the request is sent; until the call has ended.
   *
   * @returns The call. It fails with {@link RemoteError} when the method failed, with
   * {@link MalformedMessage} when the reply cannot be read, with {@link ClosedError} when the transport
   * closes, and as the options say.
   */
  expect(options: PendingCallOptions): PendingCall {
    this.#hasExpected = true;
    return new PendingCall(options, this.#atLarge);
  }

  /** Takes a message that arrived in the reply queue. */
  accept({ body, contentType, headers }: ArrivedReply): void {
    const { log, limits, onBegun } = this.#options;
    // A server has this queue for cancellations: whoever writes more there can't make it parse.
    if (!this.#hasExpected) {
      this.#orphaned++;
      log.debug({}, 'dropped a reply nobody waits for');
      return;
    }
    // A reply of another content type, or of none, may be read as well: it says what it says.
    const format = formatOf(contentType) ?? 'json';
    let reply: Reply;
    try {
      reply = decodeReply(body, { format, compression: compressionIn(headers), limits });
    } catch (error) {
      this.#refuse(body, format, error);
      return;
    }
    const { msgId, cancelQueue } = reply;
    if (cancelQueue !== undefined) onBegun(msgId, cancelQueue);
    const waiter = this.#waiters.get(msgId);
    if (waiter === undefined) {
      if (cancelQueue !== undefined) return;
      this.#orphaned++;
      log.debug({ msgId: shownValue(msgId) }, 'dropped a reply nobody waits for');
      return;
    }
    if (reply.failure !== undefined) waiter.fail(remoteErrorFrom(reply.failure, waiter.about));
    else if (reply.ending) waiter.succeed(reply.result);
    else waiter.heard(reply.result);
  }

  /** Fails the call whose reply cannot be read, if the body says which it is without a parse. */
  #refuse(body: Uint8Array, format: BodyFormat, cause: unknown): void {
    const reason = shortened((cause as Error).message);
    const waiter = this.#waiters.get(msgIdIn(body, format));
    if (waiter === undefined) {
      this.#options.log.error({ reason }, 'dropped a reply that cannot be read');
      return;
    }
    const { about } = waiter;
    const text = `${replyTo(about)} cannot be read: ${reason}`;
    waiter.fail(new MalformedMessage(text, { ...about, cause }));
  }

  /** Fails every call that still waits. */
  close(reason: ClosedError): void {
    for (const call of [...this.#waiters.values()]) call.fail(reason);
  }
}
