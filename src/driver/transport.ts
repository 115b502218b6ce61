import { ClosedError, type ErrorSubject, InvalidTarget } from '../errors.ts';
import { type Log, silentLog } from '../log.ts';
import { formatTarget, type Target } from '../target.ts';
import { type WaitOptions, waitFor } from '../waiting.ts';
import { type Compression, compressed, validCompression } from '../wire/compression.ts';
import { newId } from '../wire/ids.ts';
import { encodeRequest } from '../wire/request.ts';
import type { Destination, Driver, OnReply, RetryOptions } from './driver.ts';
import { MemoryDriver } from './memory/memory-driver.ts';
import { RabbitDriver } from './rabbit/rabbit-driver.ts';
import type { RabbitOptions } from './rabbit/rabbit-options.ts';
import { ReplyWaiters } from './reply-waiters.ts';
import { Silence } from './silence.ts';
import { formatTransportUrl, parseTransportUrl, type TransportUrl } from './transport-url.ts';

/** How a {@link Transport} behaves; every field has a default. */
export interface TransportOptions {
  /** The exchange of targets that name none; peers must agree on it. @default 'openstack' */
  readonly controlExchange?: string;
  /** Connections, deadlines and retries of the RabbitMQ driver. */
  readonly rabbit?: RabbitOptions;
  /**
   * How requests are compressed: `zlib` is oslo.messaging's `kombu_compression=gzip`, and `brotli`
   * needs Python peers that have it. Replies are understood either way. @default not at all
   */
  readonly compression?: Compression;
  /** Where lines about lost, late and retried things go. @default nowhere */
  readonly log?: Log;
}

/** What a client sends; the transport adds ids and addresses. */
export interface OutgoingRequest {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

/** How a message is sent. */
export interface CastOptions extends RetryOptions {
  /** Whether it is an error that no queue takes the message; a fanout may always find none. */
  readonly mandatory?: boolean | undefined;
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
  readonly #compression: Compression | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    driver: Driver,
    url: TransportUrl,
    { log = silentLog, compression }: TransportOptions,
  ) {
    this.driver = driver;
    this.#url = url;
    this.#waiters = new ReplyWaiters(log);
    this.#compression = compression;
  }

  /**
   * Makes a transport without connecting; the first use does.
   *
   * @throws {@link InvalidTransportURL} when the URL can't be read; `InvalidOptionError` for a
   * compression that there is not.
   */
  static of(url: string, options: TransportOptions = {}): Transport {
    const parsed = parseTransportUrl(url);
    const { controlExchange = 'openstack', rabbit, log = silentLog } = options;
    validCompression(options.compression);
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

  /** How many replies came for calls that nobody waited for any more. */
  get orphanedReplies(): number {
    return this.#waiters.orphaned;
  }

  /**
   * Sends a request and waits for its result.
   *
   * @throws {@link RemoteError} when the method failed on the server; {@link MessagingTimeout} when
   * no reply came in time; {@link MessageDeliveryFailure} when it could not be sent;
   * {@link InvalidTarget} for a fanout or a target without topic; {@link CallCancelled} and
   * {@link ClosedError}.
   */
  async call(target: Target, request: OutgoingRequest, options: CallOptions): Promise<unknown> {
    const destination = destinationOf(target, 'call');
    const msgId = newId();
    const about: ErrorSubject = { target, method: request.method, msgId };
    const monitorSeconds = wholeSeconds(options.callMonitorTimeoutMs);
    const silence =
      monitorSeconds === undefined ? undefined : new Silence(monitorSeconds * 1000, about);
    const onKeepAlive = (): void => silence?.broken();
    const replied = this.#waiters.expect(msgId, { about, onKeepAlive });
    const unsent = new AbortController();
    const sent = this.#sendCall(destination, request, {
      msgId,
      monitorSeconds,
      deadline: performance.now() + options.timeoutMs,
      mandatory: options.mandatory,
      retry: options.retry,
      signal: unsent.signal,
    });
    let isSent = false;
    const sentAndReplied = sent.then(() => {
      isSent = true;
      return replied;
    });
    const ends = [replied, sentAndReplied];
    if (silence !== undefined) ends.push(silence.tooLong);
    try {
      return await waitFor(Promise.race(ends), replyTo(request.method, target), options, about);
    } finally {
      if (!isSent) unsent.abort();
      silence?.stop();
      this.#waiters.forget(msgId);
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
    const body = encodeRequest({ ...request, ...addressed(target), uniqueId: newId() });
    const message = compressed(body, this.#compression);
    const mandatory = Boolean(options.mandatory) && !target.fanout;
    await this.driver.send(destination, message, { ...options, mandatory });
  }

  /** Fails the calls that still wait and closes the driver. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#waiters.close(new ClosedError('the transport was closed'));
    await this.driver.close();
  }

  async #sendCall(
    destination: Destination & { type: 'target' },
    request: OutgoingRequest,
    { msgId, monitorSeconds, deadline, mandatory = false, retry, signal }: SentCall,
  ): Promise<void> {
    // The reply queue has to exist, again after a lost connection, before anything is sent.
    const onReply: OnReply = (body, compression) => this.#waiters.accept(body, compression);
    const replyQueue = await this.driver.takeReplies(onReply, { signal, retry });
    const body = encodeRequest({
      ...request,
      ...addressed(destination.target),
      uniqueId: newId(),
      call: { msgId, replyQueue, monitorTimeout: monitorSeconds },
    });
    const message = compressed(body, this.#compression);
    const expirationMs = Math.max(0, Math.floor(deadline - performance.now()));
    await this.driver.send(destination, { ...message, expirationMs }, { signal, mandatory, retry });
  }
}

/** What sending a call takes besides the request. */
interface SentCall {
  readonly msgId: string;
  readonly monitorSeconds: number | undefined;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly mandatory: boolean | undefined;
  readonly retry: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Connects to a broker: `rabbit://user:password@host:port/virtual_host`, or `memory://` for one that
 * lives in this process.
 *
 * @throws {@link InvalidTransportURL} when the URL can't be read, {@link MessageDeliveryFailure}
 * when the broker can't be reached or refuses us, and as `timeoutMs` and `signal` say.
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

function destinationOf(target: Target, kind: 'call' | 'cast'): Destination & { type: 'target' } {
  const { topic } = target;
  if (!topic) {
    throw new InvalidTarget(`a topic is required to send: ${formatTarget(target)}`, { target });
  }
  if (kind === 'call' && target.fanout) {
    throw new InvalidTarget(`a call cannot be used with fanout: ${formatTarget(target)}`, {
      target,
    });
  }
  return { type: 'target', target: { ...target, topic } };
}

function addressed({ namespace, version }: Target): { namespace?: string; version?: string } {
  return {
    ...(namespace !== undefined && { namespace }),
    ...(version !== undefined && { version }),
  };
}

function replyTo(method: string, target: Target): string {
  return `the reply to ${method} from ${formatTarget(target)}`;
}

/** The wire's `_timeout` is whole seconds; less than asked for would fail a call too soon. */
function wholeSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.ceil(ms / 1000);
}
