import type { CancelReason } from '../cancel-reason.ts';
import { type Log, silentLog } from '../log.ts';
import type { ContextValues } from '../serializer.ts';
import { type Cancellation, callCancelled } from './cancellation.ts';

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
  /**
   * Aborts when the call is to stop: nobody waits for the answer any more, or the server is stopping.
   * Its reason is a `CallCancelled` whose `reason` says which. A method that does not end soon after
   * (`cancelGraceMs`) loses its host.
   */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, on the clock of `performance.now()` of this thread. */
  readonly deadline: number | undefined;
  /** Milliseconds until the deadline, 0 when it has passed; absent when there is none. */
  readonly remainingMs: number | undefined;
  /**
   * Whether to stop, for the same reasons.
   *
   * Cheap enough for a hot loop, and it turns true in one that never lets the event loop turn.
   */
  readonly aborted: boolean;
  /** Throws the `CallCancelled` that says why when {@link aborted}. */
  throwIfAborted(): void;
  /** Writes to the runtime's log, with the call's method and id; each line goes out at once. */
  readonly log: Log;
}

/** What a {@link CallContext} is made from. */
export interface CallContextOptions<Values extends object = ContextValues>
  extends Pick<
    Context<Values>,
    'values' | 'method' | 'namespace' | 'version' | 'msgId' | 'deadline'
  > {
  readonly clientTimeoutMs?: number | undefined;
  readonly cancellation: Cancellation;
  /** @default silentLog */
  readonly log?: Log | undefined;
}

/** The {@link Context} of one request. */
export class CallContext<Values extends object = ContextValues> implements Context<Values> {
  readonly values: Values;
  readonly method: string;
  readonly namespace: string | undefined;
  readonly version: string;
  readonly msgId: string | undefined;
  readonly clientTimeoutMs: number | undefined;
  readonly deadline: number | undefined;
  readonly log: Log;
  readonly #cancellation: Cancellation;

  constructor(options: CallContextOptions<Values>) {
    this.values = options.values;
    this.method = options.method;
    this.namespace = options.namespace;
    this.version = options.version;
    this.msgId = options.msgId;
    this.clientTimeoutMs = options.clientTimeoutMs;
    this.deadline = options.deadline;
    this.log = options.log ?? silentLog;
    this.#cancellation = options.cancellation;
  }

  get signal(): AbortSignal {
    return this.#cancellation.signal;
  }

  get remainingMs(): number | undefined {
    if (this.deadline === undefined) return undefined;
    return Math.max(0, this.deadline - performance.now());
  }

  get aborted(): boolean {
    return this.#cancelReason !== undefined;
  }

  throwIfAborted(): void {
    const reason = this.#cancelReason;
    if (reason !== undefined) throw callCancelled(reason, this.method, this.msgId);
  }

  get #cancelReason(): CancelReason | undefined {
    return this.#cancellation.reason ?? (this.remainingMs === 0 ? 'deadline' : undefined);
  }
}
