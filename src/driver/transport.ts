import { ClosedError, type ErrorSubject } from '../errors.ts';
import { formatTarget, type NotificationTarget, type Target } from '../target.ts';
import { cancelled, type WaitOptions } from '../waiting.ts';
import { type BodyFormat, contentTypes, type LabelledBody } from '../wire/body-format.ts';
import { cancellableHeaders, cancellationIn } from '../wire/cancellation.ts';
import { type Compression, compressed } from '../wire/compression.ts';
import { newId } from '../wire/ids.ts';
import {
  encodeNotification,
  type Notification,
  type NotificationFormat,
} from '../wire/notification.ts';
import { type CallInfo, encodeRequest, type Request } from '../wire/request.ts';
import { destinationOf, type TargetDestination } from './addressing.ts';
import { CancelledCalls, type OnCancellation } from './cancelled-calls.ts';
import { Canceller } from './canceller.ts';
import type { ConnectionChange, ConnectionStatus } from './connection-status.ts';
import { withTrouble } from './connection-trouble.ts';
import type { ArrivedReply, Driver, RetryOptions } from './driver.ts';
import { MemoryDriver } from './memory/memory-driver.ts';
import type { PendingCall } from './pending-call.ts';
import { RabbitDriver } from './rabbit/rabbit-driver.ts';
import { ReplyWaiters } from './reply-waiters.ts';
import {
  type ResolvedTransportOptions,
  resolveTransportOptions,
  type TransportOptions,
} from './transport-options.ts';
import { formatTransportUrl, parseTransportUrl, type TransportUrl } from './transport-url.ts';

/** What a client sends; the transport adds ids and addresses. */
export interface OutgoingRequest {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  /** How it is written, and a Greenroom server's reply with it. @default 'json' */
  readonly format?: BodyFormat | undefined;
}

/** How a message is sent. */
export interface CastOptions extends RetryOptions {
  /** Whether it is an error that no queue takes the message; a fanout may always find none. */
  readonly mandatory?: boolean | undefined;
}

/** How a notification is sent, and in which of its two forms. */
export interface NotifyOptions extends RetryOptions {
  readonly format: NotificationFormat;
}

/** How a call waits; `timeoutMs` also tells the broker when the request has gone stale. */
export interface CallOptions extends CastOptions {
  readonly timeoutMs: number;
  /**
   * How long the server may be silent, in milliseconds, rounded up to whole seconds: it is asked for
   * keep-alives, and the call fails when none come. Never extends `timeoutMs`.
   */
  readonly callMonitorTimeoutMs?: number | undefined;
}

/**
 * A shell around a driver: turns calls and casts into messages, and replies into results.
 *
 * Made by {@link connect}, shared by any number of clients and one runtime or more.
 */
export class Transport implements AsyncDisposable {
  /** What speaks to the broker; for the runtime, which listens on it. */
  readonly driver: Driver;
  readonly #url: TransportUrl;
  readonly #waiters: ReplyWaiters;
  readonly #canceller: Canceller;
  readonly #cancelled: CancelledCalls;
  readonly #compression: Compression | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    driver: Driver,
    url: TransportUrl,
    { log, compression, limits }: ResolvedTransportOptions,
  ) {
    this.driver = driver;
    this.#url = url;
    this.#canceller = new Canceller(driver, log);
    this.#cancelled = new CancelledCalls(log);
    this.#waiters = new ReplyWaiters({
      log,
      limits,
      onBegun: (msgId, queue) => this.#canceller.begun(msgId, queue),
    });
    this.#compression = compression;
  }

  /**
   * Makes a transport without connecting; the first use does.
   *
   * @throws {@link InvalidTransportURL} when the URL can't be read; {@link InvalidOptionError} that
   * says what is wrong with the options.
   */
  static of(url: string, raw: TransportOptions = {}): Transport {
    const parsed = parseTransportUrl(url);
    const options = resolveTransportOptions(raw);
    const { controlExchange, rabbit, log } = options;
    const driver =
      parsed.scheme === 'memory'
        ? new MemoryDriver({ url: parsed, controlExchange })
        : new RabbitDriver({ url: parsed, controlExchange, log, rabbit });
    return new Transport(driver, parsed, options);
  }

  /** The transport's URL with every password masked. */
  get url(): string {
    return formatTransportUrl(this.#url);
  }

  /** The connections that have been needed so far, and how each is. */
  get status(): readonly ConnectionStatus[] {
    return this.driver.statuses.all;
  }

  /**
   * Tells each change of a connection's state from now on, until the signal aborts or the transport
   * closes. A reader that is slower than they come misses the oldest beyond a hundred.
   */
  statusChanges(
    options: Pick<WaitOptions, 'signal'> = {},
  ): AsyncGenerator<ConnectionChange, void, void> {
    return this.driver.statuses.changes(options.signal);
  }

  /** How many replies came for calls that nobody waited for any more. */
  get orphanedReplies(): number {
    return this.#waiters.orphaned;
  }

  /**
   * Sends a request and waits for its result. When `signal` aborts, a Greenroom server that runs the
   * call is told to cancel it; see `wire/cancellation.ts`.
   *
   * @throws {@link RemoteError} when the method failed on the server; {@link MessagingTimeout} when
   * no reply came in time; {@link MalformedMessage} when one came that cannot be read, or is over the
   * limits; {@link MessageDeliveryFailure} when it could not be sent; {@link InvalidTarget} for a
   * fanout or a target without topic; {@link CallCancelled} and {@link ClosedError}.
   */
  async call(target: Target, request: OutgoingRequest, options: CallOptions): Promise<unknown> {
    const destination = destinationOf(target, 'call');
    const { method } = request;
    const msgId = newId();
    const about: ErrorSubject = { target, method, msgId };
    const what = (): string => `the reply to ${method} from ${formatTarget(target)}`;
    const { signal, timeoutMs } = options;
    this.#assertOpen();
    if (signal?.aborted) throw cancelled(what(), signal, about);
    const monitorTimeout = wholeSeconds(options.callMonitorTimeoutMs);
    const silenceMs = monitorTimeout && monitorTimeout * 1000;
    // Before the call itself hears of the signal, and ends.
    const stopWatching = signal && this.#canceller.watch(msgId, signal);
    const call = this.#waiters.expect(msgId, { timeoutMs, signal, silenceMs, about, what });
    const deadline = performance.now() + timeoutMs;
    const sent = { request, call, callInfo: { msgId, monitorTimeout }, deadline, options };
    this.#sendCall(destination, sent).catch((error: unknown) => call.fail(error));
    try {
      return await call.ended;
    } catch (error) {
      throw withTrouble(error, this.status);
    } finally {
      stopWatching?.();
    }
  }

  /**
   * Sends a request that nobody answers; resolves when the broker has taken it.
   *
   * @throws {@link MessageDeliveryFailure}, {@link MessagingTimeout}, {@link InvalidTarget},
   * {@link CallCancelled}, {@link ClosedError}.
   */
  async cast(target: Target, request: OutgoingRequest, options: CastOptions = {}): Promise<void> {
    const destination = destinationOf(target, 'cast');
    this.#assertOpen();
    const mandatory = Boolean(options.mandatory) && !target.fanout;
    const { namespace, version } = target;
    const addressedRequest = { ...request, namespace, version, uniqueId: newId() };
    await this.#whenRoom(options, (left) => {
      const message = this.#sealed(addressedRequest, request.format);
      return this.driver.send(destination, message, { ...options, ...left, mandatory });
    });
  }

  /**
   * Publishes a notification with a `_unique_id` of its own; resolves when the broker has taken it.
   *
   * @throws TypeError when it has no form on the wire; {@link MessageDeliveryFailure},
   * {@link MessagingTimeout}, {@link CallCancelled}, {@link ClosedError}.
   */
  async notify(
    target: NotificationTarget,
    notification: Notification,
    { format, ...options }: NotifyOptions,
  ): Promise<void> {
    this.#assertOpen();
    await this.#whenRoom(options, (left) => {
      const body = encodeNotification({ ...notification, uniqueId: newId() }, { format });
      const priority = String(notification.priority).toLowerCase();
      const message = compressed(body, this.#compression);
      const destination = { type: 'notification', target, priority } as const;
      return this.driver.send(destination, message, { ...options, ...left });
    });
  }

  /**
   * Opens the reply queue, once, and waits until it is there.
   *
   * @returns Its name, which stays: what a server tells those who may cancel their calls.
   */
  async replyQueue(options: RetryOptions = {}): Promise<string> {
    return await this.driver.takeReplies((reply) => this.#accept(reply), options);
  }

  /**
   * Hands over the `_msg_id` of each call that a caller cancels, for a server that runs it.
   *
   * @returns What ends that.
   */
  onCancellation(handler: OnCancellation): () => void {
    return this.#cancelled.tell(handler);
  }

  /**
   * Fails the calls that still wait and closes the driver, once the cancellations that are on their
   * way are with the broker, or a second has passed. Idempotent.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#waiters.close(new ClosedError('the transport was closed'));
    if (this.#canceller.isPublishing) await this.#canceller.flush();
    await this.driver.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('the transport is closed');
  }

  #accept(reply: ArrivedReply): void {
    const cancelled = cancellationIn(reply.headers);
    if (cancelled === undefined) this.#waiters.accept(reply);
    else this.#cancelled.take(cancelled);
  }

  #sealed(request: Request, format: BodyFormat = 'json'): LabelledBody {
    const body = encodeRequest(request, format);
    return { ...compressed(body, this.#compression), contentType: contentTypes[format] };
  }

  /** Encodes and sends within the time that there is, once there is room; see {@link Outbound.send}. */
  async #whenRoom(options: WaitOptions, send: (left: WaitOptions) => Promise<void>): Promise<void> {
    try {
      await this.driver.outbound.send(options, send);
    } catch (error) {
      throw withTrouble(error, this.status);
    }
  }

  async #sendCall(destination: TargetDestination, sent: SentCall): Promise<void> {
    const { request, call, callInfo, deadline, options } = sent;
    const { retry, signal, mandatory = false } = options;
    const { demand } = call;
    const leftMs = (): number => Math.max(0, Math.floor(deadline - performance.now()));
    // The reply queue has to exist, again after a lost connection, before anything is sent.
    const replyQueue =
      this.driver.openReplyQueue ?? (await this.replyQueue({ signal: demand.signal, retry }));
    const { namespace, version } = destination.target;
    const headers = signal && cancellableHeaders;
    const waiting: WaitOptions = {
      timeoutMs: leftMs(),
      get signal() {
        return demand.signal;
      },
    };
    await this.driver.outbound.send(waiting, () => {
      const callRequest = { ...request, namespace, version, uniqueId: newId() };
      const message = this.#sealed(
        { ...callRequest, call: { ...callInfo, replyQueue } },
        request.format,
      );
      return this.driver.send(
        destination,
        { ...message, headers, expirationMs: leftMs() },
        { mandatory, retry, demand },
      );
    });
  }
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

/**
 * Connects to a broker: `rabbit://user:password@host:port/virtual_host`, or `memory://` for one that
 * lives in this process.
 *
 * @throws {@link InvalidTransportURL} when the URL can't be read, {@link InvalidOptionError} for
 * wrong options, {@link MessageDeliveryFailure} when the broker can't be reached or refuses us, and as
 * `timeoutMs` and `signal` say.
 */
export async function connect(
  url: string,
  { timeoutMs, signal, ...options }: TransportOptions & WaitOptions = {},
): Promise<Transport> {
  const transport = Transport.of(url, options);
  try {
    await transport.driver.open({ timeoutMs, signal });
    return transport;
  } catch (error) {
    await transport.close();
    throw error;
  }
}

/** The wire's `_timeout` is whole seconds; less than asked for would fail a call too soon. */
function wholeSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.ceil(ms / 1000);
}
