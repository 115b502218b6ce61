import { Demand } from '../driver/demand.ts';
import type { Driver, OutgoingMessage } from '../driver/driver.ts';
import { MessageTooLarge, MessageUndeliverable } from '../errors.ts';
import type { ReplyTo } from '../executors/executor.ts';
import { type Log, shortened, shownValue } from '../log.ts';
import { Roll } from '../roll.ts';
import { failureFrom, withoutTraceback } from '../wire/failure.ts';
import { encodeFailureReply, encodeKeepAlive } from '../wire/reply.ts';
import { CancelNotes } from './cancel-notes.ts';
import { KeepAliveSender } from './keep-alive-sender.ts';
import { MissingQueues } from './missing-queues.ts';

/** What a {@link ReplySender} is made of. */
export interface ReplySenderOptions {
  readonly driver: Driver;
  /** How long the reply to a queue that does not exist is tried again, in milliseconds. */
  readonly missingQueueTimeoutMs: number;
  /** What the names of queues that are answered begin with. */
  readonly queuePrefix: string;
  /** How long nobody may take a caller's keep-alives before it is held to be gone, in milliseconds. */
  readonly callerGoneGraceMs: number;
  /** Opens the queue on which this process takes cancellations; resolves with its name. */
  readonly openCancelQueue: () => Promise<string>;
  readonly log: Log;
}

/** How long a reply waits for a broker that is away. */
const sendTimeoutMs = 60_000;

/** A reply that the broker is yet to take. */
class ReplyUnderWay {
  readonly replyTo: ReplyTo;
  readonly resolve: (isDone: boolean) => void;

  constructor(replyTo: ReplyTo, resolve: (isDone: boolean) => void) {
    this.replyTo = replyTo;
    this.resolve = resolve;
  }
}

/**
 * Publishes replies, each to the queue that its caller named.
 *
 * Mandatory, so that a caller's missing queue is noticed; see {@link MissingQueues} for what happens
 * then. Never rejects; what could not be sent is a line in the log. Source: oslo-wire.md 10.
 */
export class ReplySender {
  readonly #options: ReplySenderOptions;
  readonly #missing: MissingQueues;
  readonly #cancelNotes: CancelNotes;
  readonly #stopping = new AbortController();
  readonly #demand = new Demand();
  readonly #underWay = new Roll<ReplyUnderWay>();

  constructor(options: ReplySenderOptions) {
    this.#options = options;
    this.#missing = new MissingQueues({
      publish: ({ queue, message }) => this.#publish(queue, message, this.#stopping.signal),
      timeoutMs: options.missingQueueTimeoutMs,
      log: options.log,
    });
    this.#cancelNotes = new CancelNotes({
      openQueue: options.openCancelQueue,
      publish: (queue, message, signal) => this.#publish(queue, message, signal),
      log: options.log,
    });
  }

  /** Whether so many replies and other messages are on their way that no more should come. */
  get isFull(): boolean {
    return this.#options.driver.outbound.isFull;
  }

  /** Resolves when replies may come again. */
  whenRoom(): Promise<void> {
    return this.#options.driver.outbound.whenRoom();
  }

  /**
   * Resolves when the broker has the reply, or it was dropped, or it waits for its queue.
   *
   * @returns Whether it is done with: `false` when the broker could not be reached in time, or the server
   * stopped before, so that the caller may yet be answered by whoever gets its call next.
   */
  send(replyTo: ReplyTo, message: OutgoingMessage): Promise<boolean> {
    const { queue } = replyTo;
    if (!this.#isReplyQueue(queue)) {
      this.#options.log.error(shown(replyTo), 'dropped a reply to a queue that is no reply queue');
      return Promise.resolve(true);
    }
    if (this.#missing.has(queue)) return Promise.resolve(this.#keep(replyTo, message));
    if (this.#stopping.signal.aborted) {
      return Promise.resolve(this.#drop(replyTo, 'the server has stopped'));
    }
    return new Promise((resolve) => {
      const entry = this.#underWay.add(new ReplyUnderWay(replyTo, resolve));
      this.#send(replyTo, message).then(
        () => this.#underWay.delete(entry) && resolve(true),
        (error: unknown) => {
          if (this.#underWay.delete(entry)) resolve(this.#failed(replyTo, message, error));
        },
      );
    });
  }

  /**
   * Tells a caller now and then that its call is still running.
   *
   * @param onGone - Called once, when the caller is held to be gone: for `callerGoneGraceMs` its queue
   * was missing, or nobody consumed it. Nothing is sent any more by then.
   * @returns What ends it, so that none is sent after the reply.
   */
  keepAlive({ queue, msgId }: ReplyTo, intervalMs: number, onGone: () => void): () => void {
    if (!this.#isReplyQueue(queue)) return () => {};
    const { driver, callerGoneGraceMs } = this.#options;
    const sender = new KeepAliveSender({
      send: (signal) => this.#publish(queue, encodeKeepAlive({ msgId }), signal),
      isHeard: (signal) => driver.hasConsumer(queue, { timeoutMs: sendTimeoutMs, signal }),
      intervalMs,
      graceMs: callerGoneGraceMs,
      onGone,
    });
    return () => sender.stop();
  }

  /**
   * Tells a caller where to cancel its call; only for one whose request says that it may.
   *
   * @returns What ends it, for when the call is over.
   */
  tellCancelQueue(replyTo: ReplyTo): () => void {
    return this.#isReplyQueue(replyTo.queue) ? this.#cancelNotes.tell(replyTo) : () => {};
  }

  /** Resolves when no reply waits for its queue any more. */
  idle(): Promise<void> {
    return this.#missing.idle();
  }

  /** Gives up what is still on its way. */
  stop(): void {
    this.#stopping.abort();
    this.#demand.end();
    this.#missing.stop();
    for (const entry of this.#underWay.entries()) {
      const { replyTo, resolve } = entry.value;
      this.#underWay.delete(entry);
      resolve(this.#drop(replyTo, 'the server has stopped'));
    }
  }

  /** With neither a timer nor a signal of its own: nearly all are on their way at once. */
  #send({ queue }: ReplyTo, message: OutgoingMessage): Promise<void> {
    return this.#options.driver.send({ type: 'reply', queue }, message, {
      mandatory: true,
      publishBefore: performance.now() + sendTimeoutMs,
      demand: this.#demand,
    });
  }

  #failed(replyTo: ReplyTo, message: OutgoingMessage, error: unknown): boolean | Promise<boolean> {
    if (error instanceof MessageUndeliverable) return this.#keep(replyTo, message);
    if (error instanceof MessageTooLarge) return this.#tellTooLarge(replyTo, error);
    return this.#drop(replyTo, (error as Error).message);
  }

  #keep({ queue, msgId }: ReplyTo, message: OutgoingMessage): true {
    this.#missing.keep({ queue, msgId: shownValue(msgId), message });
    return true;
  }

  #drop(replyTo: ReplyTo, reason: string): false {
    this.#options.log.error({ ...shown(replyTo), reason: shortened(reason) }, 'dropped a reply');
    return false;
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

  /** A caller whose reply can't be sent is told so, rather than left to time out. */
  async #tellTooLarge(replyTo: ReplyTo, error: MessageTooLarge): Promise<boolean> {
    const msgId = shownValue(replyTo.msgId);
    this.#options.log.error({ msgId, reason: error.message }, 'a reply is too large to be sent');
    const failure = withoutTraceback(failureFrom(error));
    return await this.send(replyTo, encodeFailureReply({ msgId: replyTo.msgId, failure }));
  }

  #publish(queue: string, message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const options = { mandatory: true, timeoutMs: sendTimeoutMs, signal };
    return this.#options.driver.send({ type: 'reply', queue }, message, options);
  }
}

/** Whom a reply is for, as a line of the log has it. */
function shown({ queue, msgId }: ReplyTo): object {
  return { queue: shortened(queue), msgId: shownValue(msgId) };
}
