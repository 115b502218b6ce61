import type { CallOptions, OutgoingRequest } from '../driver/outgoing-request.ts';
import type { Transport } from '../driver/transport.ts';
import { InvalidOptionError, RPCVersionCapError } from '../errors.ts';
import { shortened } from '../log.ts';
import type { Serializer } from '../serializer.ts';
import type { Target } from '../target.ts';
import { isVersion, isVersionCompatible } from '../version.ts';
import type { WaitOptions } from '../waiting.ts';
import { type BodyFormat, validFormat } from '../wire/body-format.ts';
import { type ContextToSend, valuesOf } from './context-to-send.ts';
import { applicationError, checkRemoteErrors, type RemoteErrors } from './remote-errors.ts';
import type {
  AnyMethods,
  NeedsNoArgs,
  RemoteArgs,
  RemoteMethod,
  RemoteResult,
} from './remote-methods.ts';
import {
  defaultTimeoutMs,
  given,
  retryLimit,
  validRetry,
  validSerializer,
  validTimeout,
} from './valid-options.ts';

/** How an {@link RPCClient} behaves; every field has a default. */
export interface RPCClientOptions {
  /** How long a call waits for its reply, and a cast for the broker, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /**
   * How long the server may be silent while it runs a call, in milliseconds, rounded up to whole
   * seconds; it is asked for keep-alives. @default not watched
   */
  readonly callMonitorTimeoutMs?: number;
  /** The highest version that may be sent, such as `1.4` while old servers are still about. @default any */
  readonly versionCap?: string;
  /**
   * Whether it is an error that no queue takes the message (oslo.messaging's `at_least_once`); fanout
   * casts may always find none. @default false
   */
  readonly mandatory?: boolean;
  /**
   * How many further attempts to connect one message waits for when there is no connection: 0 for none,
   * -1 for as many as `timeoutMs` allows (oslo.messaging's `retry`). @default -1
   */
  readonly retry?: number;
  /**
   * How requests are written, and replies with them. `json` is what every peer reads. `msgpack` is for
   * Greenroom servers only: `Uint8Array`, `Date`, `Map`, `Set`, `bigint` and `undefined` arrive as they
   * are, in arguments, context values and results. A Python server drops it. @default 'json'
   */
  readonly format?: BodyFormat;
  /**
   * Turns contexts, arguments and results into what the wire carries, and back. What it throws rejects
   * the call. @default everything goes as it is
   */
  readonly serializer?: Serializer<object>;
  /** Failures that are raised as errors of the application; the rest are `RemoteError`s. @default none */
  readonly remoteErrors?: RemoteErrors;
}

/** What {@link RPCClient.prepare} can change: parts of the target, and options; the rest stays. */
export interface PrepareOptions
  extends Target,
    Omit<RPCClientOptions, 'serializer' | 'remoteErrors'> {}

/** How one call or cast is made; what is not given is the client's. */
export interface RequestOptions extends WaitOptions, Pick<RPCClientOptions, 'format'> {}

/**
 * Calls the methods of a server, here or in Python; typed by the server's class when given one.
 *
 * Cheap to make and without a state of its own: a derived client costs an object.
 *
 * @typeParam T - The endpoint class of the server, imported as a type.
 */
export class RPCClient<T extends object = AnyMethods> {
  readonly #transport: Transport;
  readonly #target: Target;
  readonly #options: RPCClientOptions;
  readonly #timeoutMs: number;
  readonly #serializer: Serializer<object>;

  /**
   * @param target - Where requests go; needs a `topic`.
   * @throws {@link InvalidOptionError} when a number is none that makes sense, a version, a format or a
   * serializer is none, or something in `remoteErrors` is neither a class nor a function.
   */
  constructor(transport: Transport, target: Target, options: RPCClientOptions = {}) {
    this.#transport = transport;
    this.#target = target;
    this.#options = options;
    this.#timeoutMs = validTimeout('timeoutMs', options.timeoutMs ?? defaultTimeoutMs);
    if (options.callMonitorTimeoutMs !== undefined) {
      validTimeout('callMonitorTimeoutMs', options.callMonitorTimeoutMs);
    }
    validRetry(options.retry);
    validFormat(options.format);
    validVersion('version', target.version);
    validVersion('versionCap', options.versionCap);
    checkRemoteErrors(options.remoteErrors);
    this.#serializer = validSerializer(options.serializer);
  }

  /**
   * Calls a method and waits for its result. When `signal` aborts, a Greenroom server cancels the
   * method too, wherever it runs; a Python server runs it to its end.
   *
   * @param ctx - Sent along as the request's context.
   * @param args - The named arguments; the wire has no positional ones.
   * @throws {@link RemoteError} when the method failed or does not exist there, or what
   * `remoteErrors` has for it;
   * {@link MessagingTimeout} when no reply came in `timeoutMs`; {@link MalformedMessage} when one came
   * that cannot be read, or is over the transport's `limits`; {@link MessageDeliveryFailure} when the
   * request could not be sent; {@link RPCVersionCapError} when the cap forbids the version;
   * {@link CallCancelled} when `signal` aborts; {@link InvalidTarget} for a fanout client or one
   * without topic.
   */
  async call<Name extends RemoteMethod<T>>(
    ctx: ContextToSend,
    method: Name,
    ...[args, options]: CallArguments<T, Name>
  ): Promise<RemoteResult<T, Name>> {
    this.#assertVersion(method);
    const values = valuesOf(ctx);
    const request = this.#request(values, method, args, options);
    const wait = this.#wait(options);
    let result: unknown;
    try {
      result = await this.#transport.call(this.#target, request, wait);
    } catch (error) {
      throw applicationError(error, this.#options.remoteErrors);
    }
    // The wire carries no types: that the server runs the class it is said to is the caller's word.
    return this.#serializer.deserializeEntity(values, result) as RemoteResult<T, Name>;
  }

  /**
   * Sends a request that nobody answers; resolves when the broker has taken charge of it. A server
   * need not be there: without a queue for the topic the message is lost, as with oslo.messaging.
   *
   * @throws {@link MessageDeliveryFailure}, {@link MessageUndeliverable} if `mandatory`,
   * {@link MessagingTimeout}, {@link RPCVersionCapError}, {@link CallCancelled}, {@link InvalidTarget}.
   */
  async cast<Name extends RemoteMethod<T>>(
    ctx: ContextToSend,
    method: Name,
    ...[args, options]: CallArguments<T, Name>
  ): Promise<void> {
    this.#assertVersion(method);
    const wait = this.#wait(options);
    const request = this.#request(valuesOf(ctx), method, args, options);
    await this.#transport.cast(this.#target, request, wait);
  }

  /** Derives a client for another target or with other options; what is not given stays as it is. */
  prepare<U extends object = T>(change: PrepareOptions): RPCClient<U> {
    const { timeoutMs, callMonitorTimeoutMs, versionCap, mandatory, retry, format, ...target } =
      change;
    const options = { timeoutMs, callMonitorTimeoutMs, versionCap, mandatory, retry, format };
    return new RPCClient<U>(
      this.#transport,
      { ...this.#target, ...target },
      { ...this.#options, ...given(options) },
    );
  }

  /**
   * Whether the version cap allows a version, by default the client's own; without a cap, any.
   *
   * A target without a version fails every cap, as in oslo.messaging (oslo-wire.md 7).
   */
  canSendVersion(version: string | undefined = this.#target.version): boolean {
    const { versionCap } = this.#options;
    if (versionCap === undefined) return true;
    return version !== undefined && isVersionCompatible(versionCap, version);
  }

  #assertVersion(method: string): void {
    if (this.canSendVersion()) return;
    const { version = 'none' } = this.#target;
    throw new RPCVersionCapError(
      `requested message version ${version} is incompatible with the cap ${this.#options.versionCap}`,
      { target: this.#target, method },
    );
  }

  /** oslo: each argument is serialized with the context as it is, which comes after them. */
  #request(
    values: object,
    method: string,
    args: object | undefined,
    { format }: RequestOptions = {},
  ): OutgoingRequest {
    const sent: Record<string, unknown> = {};
    for (const [name, entity] of Object.entries(args ?? {})) {
      const value = this.#serializer.serializeEntity(values, entity);
      // To assign this one would set the prototype.
      if (name === '__proto__') Object.defineProperty(sent, name, { value, enumerable: true });
      else sent[name] = value;
    }
    const context = this.#serializer.serializeContext(values);
    return {
      method,
      args: sent,
      context,
      format: validFormat(format) ?? this.#options.format,
    };
  }

  #wait(options: WaitOptions = {}): CallOptions {
    const { mandatory, retry, callMonitorTimeoutMs } = this.#options;
    return {
      timeoutMs: validTimeout('timeoutMs', options.timeoutMs ?? this.#timeoutMs),
      signal: options.signal,
      mandatory,
      retry: retryLimit(retry),
      callMonitorTimeoutMs,
    };
  }
}

/** `args` may be left out where a method needs none. */
type CallArguments<T, Name extends keyof T> =
  NeedsNoArgs<T, Name> extends true
    ? [args?: RemoteArgs<T, Name>, options?: RequestOptions]
    : [args: RemoteArgs<T, Name>, options?: RequestOptions];

/** As oslo.messaging has it, a version has a major and a minor number (oslo-wire.md 7). */
function validVersion(name: string, version: string | undefined): void {
  if (version === undefined || (isVersion(version) && version.includes('.'))) return;
  throw new InvalidOptionError(
    `${name} must have a major and a minor number, such as 1.2, not '${shortened(version)}'`,
  );
}
