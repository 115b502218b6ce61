import { CallCancelled, MessagingError } from '../errors.ts';
import type { ContextValues } from '../serializer.ts';

/**
 * What an endpoint's method gets as its first argument: what the caller sent along, and the call.
 *
 * Hand it on to a client call and its `values` go with that. It belongs to one request.
 *
 * @typeParam Values - What the server's serializer makes of the dict that the caller sent along.
 */
export interface Context<Values extends object = ContextValues> {
  /** The dict that the caller sent along, without a prototype; or what the serializer made of it. */
  readonly values: Values;
  /** The name under which the method was called. */
  readonly method: string;
  /** The namespace that was asked for; absent for the null namespace. */
  readonly namespace: string | undefined;
  /** The version that was asked for. */
  readonly version: string;
  /** The call's id; absent for a cast. */
  readonly msgId: string | undefined;
  /**
   * How long the caller lets the server be silent, in milliseconds (oslo.messaging's
   * `client_timeout`); absent when it does not monitor its call. Keep-alives are sent without your doing.
   */
  readonly clientTimeoutMs: number | undefined;
  /** Aborts when nobody waits for the answer any more; its reason says why. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, on the clock of `performance.now()` of this thread. */
  readonly deadline: number | undefined;
  /** Milliseconds until the deadline, 0 when it has passed; absent when there is none. */
  readonly remainingMs: number | undefined;
  /**
   * Whether to stop: the signal has aborted, or the deadline has passed.
   *
   * Cheap enough for a hot loop, and it turns true in one that never lets a timer run.
   */
  readonly aborted: boolean;
  /** Throws {@link CallCancelled}, or the signal's reason if that is one of our errors, when aborted. */
  throwIfAborted(): void;
}

/** What a {@link CallContext} is made from. */
export interface CallContextOptions<Values extends object = ContextValues> {
  readonly values: Values;
  readonly method: string;
  readonly namespace: string | undefined;
  readonly version: string;
  readonly msgId: string | undefined;
  readonly clientTimeoutMs?: number | undefined;
  readonly signal: AbortSignal;
  readonly deadline: number | undefined;
}

/** The {@link Context} of one request. */
export class CallContext<Values extends object = ContextValues> implements Context<Values> {
  readonly values: Values;
  readonly method: string;
  readonly namespace: string | undefined;
  readonly version: string;
  readonly msgId: string | undefined;
  readonly clientTimeoutMs: number | undefined;
  readonly signal: AbortSignal;
  readonly deadline: number | undefined;

  constructor(options: CallContextOptions<Values>) {
    this.values = options.values;
    this.method = options.method;
    this.namespace = options.namespace;
    this.version = options.version;
    this.msgId = options.msgId;
    this.clientTimeoutMs = options.clientTimeoutMs;
    this.signal = options.signal;
    this.deadline = options.deadline;
  }

  get remainingMs(): number | undefined {
    if (this.deadline === undefined) return undefined;
    return Math.max(0, this.deadline - performance.now());
  }

  get aborted(): boolean {
    return this.signal.aborted || this.remainingMs === 0;
  }

  throwIfAborted(): void {
    if (!this.aborted) return;
    const reason: unknown = this.signal.reason;
    if (reason instanceof MessagingError) throw reason;
    const why = this.signal.aborted ? 'was cancelled' : 'is past its deadline';
    throw new CallCancelled(`call of ${this.method} ${why}`, {
      method: this.method,
      ...(this.msgId === undefined ? {} : { msgId: this.msgId }),
      cause: reason,
    });
  }
}
