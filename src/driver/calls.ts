import { ClosedError } from '../errors.ts';
import type { Log } from '../log.ts';
import { cancelled } from '../waiting.ts';
import { cancellableHeaders } from '../wire/cancellation.ts';
import type { Compression } from '../wire/compression.ts';
import { newId } from '../wire/ids.ts';
import type { MessageLimits } from '../wire/message-limits.ts';
import type { CallInfo } from '../wire/request.ts';
import type { TargetDestination } from './addressing.ts';
import { Canceller } from './canceller.ts';
import type { ArrivedReply, Driver, RetryOptions } from './driver.ts';
import { type CallOptions, type OutgoingRequest, sealedRequest } from './outgoing-request.ts';
import { type PendingCall, replyTo } from './pending-call.ts';
import { ReplyWaiters } from './reply-waiters.ts';

/** What {@link Calls} are made with. */
export interface CallsOptions {
  readonly driver: Driver;
  /** Opens the reply queue, or waits until it is there again; resolves with its name. */
  readonly replyQueue: (options: RetryOptions) => Promise<string>;
  readonly compression: Compression | undefined;
  /** What a reply may cost. */
  readonly limits: MessageLimits;
  readonly log: Log;
}

/** A call on its way out. */
interface SentCall {
  readonly request: OutgoingRequest;
  readonly call: PendingCall;
  readonly callInfo: Omit<CallInfo, 'replyQueue'>;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly options: CallOptions;
}

/** The calls of this process: sends their requests, waits for their replies, tells servers of those that were cancelled. */
export class Calls {
  readonly #of: CallsOptions;
  readonly #waiters: ReplyWaiters;
  readonly #canceller: Canceller;

  constructor(options: CallsOptions) {
    const { driver, limits, log } = options;
    this.#of = options;
    this.#canceller = new Canceller(driver, log);
    this.#waiters = new ReplyWaiters({
      log,
      limits,
      statuses: () => driver.statuses.all,
      onBegun: (msgId, queue) => this.#canceller.begun(msgId, queue),
    });
  }

  /** How many replies came for calls that nobody waited for. */
  get orphanedReplies(): number {
    return this.#waiters.orphaned;
  }

  /** Sends a request and waits for its result; see {@link Transport.call} for what it throws. */
  call(
    destination: TargetDestination,
    request: OutgoingRequest,
    options: CallOptions,
  ): Promise<unknown> {
    const { target } = destination;
    const msgId = newId();
    const about = { target, method: request.method, msgId };
    const { signal, timeoutMs } = options;
    if (signal?.aborted) return Promise.reject(cancelled(replyTo(about), signal, about));
    const monitorTimeout = wholeSeconds(options.callMonitorTimeoutMs);
    const silenceMs = monitorTimeout && monitorTimeout * 1000;
    // Before the call itself hears of the signal, and ends.
    const stopWatching = signal && this.#canceller.watch(msgId, signal);
    const call = this.#waiters.expect({ timeoutMs, signal, silenceMs, about });
    const deadline = performance.now() + timeoutMs;
    const sent = { request, call, callInfo: { msgId, monitorTimeout }, deadline, options };
    this.#send(destination, sent).catch((error: unknown) => call.fail(error));
    // No frame of an async function is kept here, for each of the thousands that may wait.
    return stopWatching === undefined ? call.ended : call.ended.finally(stopWatching);
  }

  /** Takes a message that arrived in the reply queue. */
  accept(reply: ArrivedReply): void {
    this.#waiters.accept(reply);
  }

  /**
   * Fails the calls that still wait; resolves when the cancellations that are on their way are with the
   * broker, after a second at most.
   */
  async close(): Promise<void> {
    this.#waiters.close(new ClosedError('the transport was closed'));
    if (this.#canceller.isPublishing) await this.#canceller.flush();
  }

  async #send(destination: TargetDestination, sent: SentCall): Promise<void> {
    const { driver, replyQueue } = this.#of;
    const { demand } = sent.call;
    const { retry } = sent.options;
    // The reply queue has to exist, again after a lost connection, before anything is sent.
    const queue = driver.openReplyQueue ?? (await replyQueue({ signal: demand.signal, retry }));
    if (driver.outbound.hasRoom) return this.#publish(destination, sent, queue);
    const waiting = { timeoutMs: leftMs(sent), signal: demand.signal };
    return await driver.outbound.send(waiting, () => this.#publish(destination, sent, queue));
  }

  #publish(destination: TargetDestination, sent: SentCall, replyQueue: string): Promise<void> {
    const { driver, compression } = this.#of;
    const { request, call, options } = sent;
    const { msgId, monitorTimeout } = sent.callInfo;
    const { namespace, version } = destination.target;
    // Field by field: to copy an object and add to it takes longer than to write the message.
    const message = sealedRequest(
      {
        method: request.method,
        args: request.args,
        context: request.context,
        namespace,
        version,
        uniqueId: newId(),
        call: { msgId, replyQueue, monitorTimeout },
      },
      request.format,
      compression,
    );
    return driver.send(
      destination,
      {
        body: message.body,
        contentType: message.contentType,
        compression: message.compression,
        headers: options.signal && cancellableHeaders,
        expirationMs: leftMs(sent),
      },
      { mandatory: options.mandatory ?? false, retry: options.retry, demand: call.demand },
    );
  }
}

function leftMs({ deadline }: SentCall): number {
  return Math.max(0, Math.floor(deadline - performance.now()));
}

/** The wire's `_timeout` is whole seconds; less than asked for would fail a call too soon. */
function wholeSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.ceil(ms / 1000);
}
