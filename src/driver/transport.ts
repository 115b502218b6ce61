import { ClosedError } from '../errors.ts';
import type { NotificationTarget, Target } from '../target.ts';
import type { WaitOptions } from '../waiting.ts';
import { cancellationIn } from '../wire/cancellation.ts';
import { type Compression, compressed } from '../wire/compression.ts';
import { newId } from '../wire/ids.ts';
import {
  encodeNotification,
  type Notification,
  type NotificationFormat,
} from '../wire/notification.ts';
import { destinationOf } from './addressing.ts';
import { Calls } from './calls.ts';
import { CancelledCalls, type OnCancellation } from './cancelled-calls.ts';
import type { ConnectionChange, ConnectionStatus } from './connection-status.ts';
import { withTrouble } from './connection-trouble.ts';
import type { ArrivedReply, Driver, RetryOptions } from './driver.ts';
import { MemoryDriver } from './memory/memory-driver.ts';
import {
  type CallOptions,
  type CastOptions,
  type OutgoingRequest,
  sealedRequest,
} from './outgoing-request.ts';
import { RabbitDriver } from './rabbit/rabbit-driver.ts';
import {
  type ResolvedTransportOptions,
  resolveTransportOptions,
  type TransportOptions,
} from './transport-options.ts';
import { formatTransportUrl, parseTransportUrl, type TransportUrl } from './transport-url.ts';

/** How a notification is sent, and in which of its two forms. */
export interface NotifyOptions extends RetryOptions {
  readonly format: NotificationFormat;
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
  readonly #calls: Calls;
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
    this.#cancelled = new CancelledCalls(log);
    this.#calls = new Calls({
      driver,
      replyQueue: (options) => this.replyQueue(options),
      compression,
      limits,
      log,
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
    return this.#calls.orphanedReplies;
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
  call(target: Target, request: OutgoingRequest, options: CallOptions): Promise<unknown> {
    try {
      const destination = destinationOf(target, 'call');
      this.#assertOpen();
      return this.#calls.call(destination, request, options);
    } catch (error) {
      return Promise.reject(error);
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
    const { method, args, context, format } = request;
    const { namespace, version } = target;
    const { retry } = options;
    const uniqueId = newId();
    await this.#whenRoom(options, ({ timeoutMs, signal }) => {
      const addressed = { method, args, context, namespace, version, uniqueId };
      const message = sealedRequest(addressed, format, this.#compression);
      return this.driver.send(destination, message, { timeoutMs, signal, retry, mandatory });
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
    options: NotifyOptions,
  ): Promise<void> {
    this.#assertOpen();
    const { format, retry } = options;
    await this.#whenRoom(options, ({ timeoutMs, signal }) => {
      const body = encodeNotification({ ...notification, uniqueId: newId() }, { format });
      const priority = String(notification.priority).toLowerCase();
      const message = compressed(body, this.#compression);
      const destination = { type: 'notification', target, priority } as const;
      return this.driver.send(destination, message, { timeoutMs, signal, retry });
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
    await this.#calls.close();
    await this.driver.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('the transport is closed');
  }

  #accept(reply: ArrivedReply): void {
    const cancelled = cancellationIn(reply.headers);
    if (cancelled === undefined) this.#calls.accept(reply);
    else this.#cancelled.take(cancelled);
  }

  /** Encodes and sends within the time that there is, once there is room; see {@link Outbound.send}. */
  async #whenRoom(options: WaitOptions, send: (left: WaitOptions) => Promise<void>): Promise<void> {
    try {
      await this.driver.outbound.send(options, send);
    } catch (error) {
      throw withTrouble(error, this.status);
    }
  }
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
