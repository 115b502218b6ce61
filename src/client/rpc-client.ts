import type { Transport } from '../driver/transport.ts';
import { InvalidOptionError } from '../errors.ts';
import type { Target } from '../target.ts';
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
  /** How long a call waits for its reply, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
}

/** What {@link RPCClient.prepare} can change: parts of the target, and the timeout. */
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
  readonly #timeoutMs: number;

  /**
   * @param target - Where requests go; needs a `topic`.
   * @throws {@link InvalidOptionError} when `timeoutMs` is no positive number.
   */
  constructor(transport: Transport, target: Target, options: RPCClientOptions = {}) {
    this.#transport = transport;
    this.#target = target;
    this.#timeoutMs = validTimeout(options.timeoutMs ?? defaultTimeoutMs);
  }

  /**
   * Calls a method and waits for its result.
   *
   * @param ctx - Sent along as the request's context.
   * @param args - The named arguments; the wire has no positional ones.
   * @throws {@link RemoteError} when the method failed or does not exist there;
   * {@link MessagingTimeout} when no reply came in `timeoutMs`; {@link MessageDeliveryFailure} when
   * the request could not be sent; {@link CallCancelled} when `signal` aborts;
   * {@link InvalidTarget} for a fanout client or one without topic.
   */
  async call<Name extends RemoteMethod<T>>(
    ctx: ContextToSend,
    method: Name,
    ...[args, options]: CallArguments<T, Name>
  ): Promise<RemoteResult<T, Name>> {
    const timeoutMs = validTimeout(options?.timeoutMs ?? this.#timeoutMs);
    const result = await this.#transport.call(this.#target, request(ctx, method, args), {
      timeoutMs,
      signal: options?.signal,
    });
    // The wire carries no types: that the server runs the class it is said to is the caller's word.
    return result as RemoteResult<T, Name>;
  }

  /**
   * Sends a request that nobody answers; resolves when the broker has taken charge of it. A server
   * need not be there: without a queue for the topic the message is lost, as with oslo.messaging.
   *
   * @throws {@link MessageDeliveryFailure}, {@link MessagingTimeout}, {@link CallCancelled},
   * {@link InvalidTarget}.
   */
  async cast<Name extends RemoteMethod<T>>(
    ctx: ContextToSend,
    method: Name,
    ...[args, options]: CallArguments<T, Name>
  ): Promise<void> {
    const timeoutMs = validTimeout(options?.timeoutMs ?? this.#timeoutMs);
    await this.#transport.cast(this.#target, request(ctx, method, args), {
      timeoutMs,
      signal: options?.signal,
    });
  }

  /** Derives a client for another target or timeout; what is not given stays as it is. */
  prepare<U extends object = T>({ timeoutMs, ...target }: PrepareOptions): RPCClient<U> {
    return new RPCClient<U>(
      this.#transport,
      { ...this.#target, ...target },
      { timeoutMs: timeoutMs ?? this.#timeoutMs },
    );
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

function validTimeout(timeoutMs: number): number {
  if (Number.isFinite(timeoutMs) && timeoutMs > 0) return timeoutMs;
  throw new InvalidOptionError(
    `timeoutMs must be a positive number of milliseconds, not ${timeoutMs}`,
  );
}
