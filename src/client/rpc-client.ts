import type { Transport } from '../driver/transport.ts';
import { InvalidOptionError, RPCVersionCapError } from '../errors.ts';
import { shortened } from '../log.ts';
import type { Target } from '../target.ts';
import { isVersion, isVersionCompatible } from '../version.ts';
import type { WaitOptions } from '../waiting.ts';
import type { AnyMethods, RemoteArgs, RemoteMethod, RemoteResult } from './remote-methods.ts';

/**
 * What a caller sends along: a plain object, or the context of the request that it is serving.
 * Every value must have a JSON form.
 */
export type ContextToSend =
  | Readonly<Record<string, unknown>>
  | { readonly values: Readonly<Record<string, unknown>>; readonly signal: AbortSignal };

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
}

/** What {@link RPCClient.prepare} can change: parts of the target, and options; the rest stays. */
export interface PrepareOptions extends Target, RPCClientOptions {}

const defaultTimeoutMs = 60_000;

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

  /**
   * @param target - Where requests go; needs a `topic`.
   * @throws {@link InvalidOptionError} when a time-out is no positive number, or a version none.
   */
  constructor(transport: Transport, target: Target, options: RPCClientOptions = {}) {
    this.#transport = transport;
    this.#target = target;
    this.#options = options;
    this.#timeoutMs = validTimeout('timeoutMs', options.timeoutMs ?? defaultTimeoutMs);
    if (options.callMonitorTimeoutMs !== undefined) {
      validTimeout('callMonitorTimeoutMs', options.callMonitorTimeoutMs);
    }
    validVersion('version', target.version);
    validVersion('versionCap', options.versionCap);
  }

  /**
   * Calls a method and waits for its result.
   *
   * @param ctx - Sent along as the request's context.
   * @param args - The named arguments; the wire has no positional ones.
   * @throws {@link RemoteError} when the method failed or does not exist there;
   * {@link MessagingTimeout} when no reply came in `timeoutMs`; {@link MessageDeliveryFailure} when
   * the request could not be sent; {@link RPCVersionCapError} when the cap forbids the version;
   * {@link CallCancelled} when `signal` aborts; {@link InvalidTarget} for a fanout client or one
   * without topic.
   */
  async call<Name extends RemoteMethod<T>>(
    ctx: ContextToSend,
    method: Name,
    ...[args, options]: CallArguments<T, Name>
  ): Promise<RemoteResult<T, Name>> {
    this.#assertVersion(method);
    const result = await this.#transport.call(this.#target, request(ctx, method, args), {
      ...this.#wait(options),
      callMonitorTimeoutMs: this.#options.callMonitorTimeoutMs,
    });
    // The wire carries no types: that the server runs the class it is said to is the caller's word.
    return result as RemoteResult<T, Name>;
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
    await this.#transport.cast(this.#target, request(ctx, method, args), wait);
  }

  /** Derives a client for another target or with other options; what is not given stays as it is. */
  prepare<U extends object = T>(change: PrepareOptions): RPCClient<U> {
    const { timeoutMs, callMonitorTimeoutMs, versionCap, mandatory, ...target } = change;
    const options = { timeoutMs, callMonitorTimeoutMs, versionCap, mandatory };
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

  #wait(options: WaitOptions = {}): WaitOptions & { timeoutMs: number; mandatory?: boolean } {
    const { mandatory } = this.#options;
    return {
      timeoutMs: validTimeout('timeoutMs', options.timeoutMs ?? this.#timeoutMs),
      signal: options.signal,
      ...(mandatory !== undefined && { mandatory }),
    };
  }
}

/** `args` may be left out where a method needs none. */
type CallArguments<T, Name extends keyof T> =
  Record<string, never> extends RemoteArgs<T, Name>
    ? [args?: RemoteArgs<T, Name>, options?: WaitOptions]
    : [args: RemoteArgs<T, Name>, options?: WaitOptions];

function request(
  ctx: ContextToSend,
  method: string,
  args: unknown,
): Parameters<Transport['call']>[1] {
  const isServed = 'values' in ctx && 'signal' in ctx && ctx.signal instanceof AbortSignal;
  const context = (isServed ? ctx.values : ctx) as Readonly<Record<string, unknown>>;
  return { method, args: (args ?? {}) as Readonly<Record<string, unknown>>, context };
}

/** Without what was left open. */
function given<O extends object>(options: O): { [K in keyof O]?: Exclude<O[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof O]?: Exclude<O[K], undefined> };
}

function validTimeout(name: string, ms: number): number {
  if (Number.isFinite(ms) && ms > 0) return ms;
  throw new InvalidOptionError(`${name} must be a positive number of milliseconds, not ${ms}`);
}

/** As oslo.messaging has it, a version has a major and a minor number (oslo-wire.md 7). */
function validVersion(name: string, version: string | undefined): void {
  if (version === undefined || (isVersion(version) && version.includes('.'))) return;
  throw new InvalidOptionError(
    `${name} must have a major and a minor number, such as 1.2, not '${shortened(version)}'`,
  );
}
