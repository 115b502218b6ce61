import type { Transport } from '../driver/transport.ts';
import type { WaitOptions } from '../waiting.ts';
import type { ContextToSend } from './context-to-send.ts';
import { NotifierCore } from './notifier-core.ts';
import {
  changedNotifierOptions,
  type NotifierChange,
  type NotifierOptions,
  type ResolvedNotifierOptions,
  resolveNotifierOptions,
} from './notifier-options.ts';
import type { NotificationPriority } from './notify-drivers/notify-driver.ts';
import type { RecordedNotification } from './notify-drivers/test-driver.ts';
import { retryLimit, validTimeout } from './valid-options.ts';

/** What a derived notifier is made of: options that have been checked, and what it shares. */
class Derived implements NotifierOptions {
  readonly retry: number;
  readonly resolved: ResolvedNotifierOptions;
  readonly core: NotifierCore;

  constructor(resolved: ResolvedNotifierOptions, core: NotifierCore) {
    this.retry = resolved.retry;
    this.resolved = resolved;
    this.core = core;
  }
}

/**
 * Tells whoever listens what has happened; oslo.messaging's `Notifier`.
 *
 * Each method takes the context to send along, the event's type and its payload, and resolves when the
 * broker has taken charge of the notification for every topic. To go fast, do not await each: confirms
 * are not waited for one by one then, and {@link Notifier.flush} waits for them all. What has not been
 * confirmed is held in memory, so flush now and then.
 *
 * What can't be sent is a line in the log and nothing else, as with oslo.messaging: an application should
 * not fail for its notifications. With `throwOnFailure` it also rejects: do not leave the promise
 * without a `catch` then.
 *
 * Of the context only the keys that oslo.messaging 14 lets through leave the process: no token, no
 * service catalogue (see `safe-context.ts`).
 *
 * It holds no connection of its own: the transport is closed by whoever made it.
 */
export class Notifier {
  readonly #transport: Transport;
  readonly #resolved: ResolvedNotifierOptions;
  readonly #core: NotifierCore;

  /** @throws {@link InvalidOptionError} that says what is wrong with the options or the routing rules. */
  constructor(transport: Transport, options: NotifierOptions = {}) {
    this.#transport = transport;
    const isDerived = options instanceof Derived;
    this.#resolved = isDerived ? options.resolved : resolveNotifierOptions(options);
    this.#core = isDerived ? options.core : new NotifierCore(transport, this.#resolved);
  }

  /** Whether notifications go anywhere: not if `noop` is the only driver. */
  get isEnabled(): boolean {
    return this.#core.isEnabled;
  }

  /** What the driver `test` has been given so far, in its order; nothing without it. */
  get notifications(): readonly RecordedNotification[] {
    return this.#core.test.notifications;
  }

  /**
   * Derives a notifier that shares this one's drivers; what is not given stays as it is. Cheap: one for
   * each request is no waste.
   *
   * @throws {@link InvalidOptionError} that says what is wrong with the change.
   */
  prepare(change: NotifierChange): Notifier {
    const resolved = changedNotifierOptions(this.#resolved, change);
    return new Notifier(this.#transport, new Derived(resolved, this.#core));
  }

  /**
   * Tells what somebody did, for the record. The other priorities' methods take the same and fail alike.
   *
   * @param ctx - Sent along, but for the keys that are not known to be safe.
   * @param eventType - Such as `compute.instance.create.end`.
   * @param payload - Whatever has a form in JSON.
   * @param wait - For how many milliseconds (by default the notifier's `timeoutMs`), and until which signal,
   * it may wait for the broker to take the notification.
   * @throws {@link InvalidOptionError} for a `timeoutMs` that is no positive number. Everything else with
   * `throwOnFailure` only: {@link MessagingTimeout} when the broker has not taken it in time;
   * {@link CallCancelled} when `signal` aborts; {@link MessageDeliveryFailure} when it can't be sent;
   * {@link OutboundFull} when too much is on its way already; {@link MessageTooLarge}; {@link ClosedError} when
   * the transport is closed; TypeError for a payload that has no form in JSON; an `AggregateError` when
   * it fails with several drivers or for several topics.
   */
  audit(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.#notify('AUDIT', ctx, eventType, payload, wait);
  }

  /** Tells what helps to find a fault; see {@link Notifier.audit}. */
  debug(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.#notify('DEBUG', ctx, eventType, payload, wait);
  }

  /** Tells what has happened in the ordinary way; see {@link Notifier.audit}. */
  info(ctx: ContextToSend, eventType: string, payload: unknown, wait?: WaitOptions): Promise<void> {
    return this.#notify('INFO', ctx, eventType, payload, wait);
  }

  /** Tells what somebody should look at; see {@link Notifier.audit}. */
  warn(ctx: ContextToSend, eventType: string, payload: unknown, wait?: WaitOptions): Promise<void> {
    return this.#notify('WARN', ctx, eventType, payload, wait);
  }

  /** Another name of {@link Notifier.warn}. */
  warning(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.warn(ctx, eventType, payload, wait);
  }

  /** Tells what has failed; see {@link Notifier.audit}. */
  error(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.#notify('ERROR', ctx, eventType, payload, wait);
  }

  /** Tells what can't wait; see {@link Notifier.audit}. */
  critical(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.#notify('CRITICAL', ctx, eventType, payload, wait);
  }

  /** Tells a measurement: many of them, and small; see {@link Notifier.audit}. */
  sample(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.#notify('SAMPLE', ctx, eventType, payload, wait);
  }

  /**
   * Waits for all notifications so far, of those derived from the same one too, sent or not; what comes
   * meanwhile is not waited for.
   *
   * @param options - For how many milliseconds (by default as long as it takes), and until which signal.
   * @throws {@link MessagingTimeout} and {@link CallCancelled} as the options say.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    await this.#core.flush(options);
  }

  async #notify(
    priority: NotificationPriority,
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    { timeoutMs = this.#resolved.timeoutMs, signal }: WaitOptions = {},
  ): Promise<void> {
    const wait = {
      timeoutMs: validTimeout('timeoutMs', timeoutMs),
      signal,
      retry: retryLimit(this.#resolved.retry),
    };
    const { publisherId } = this.#resolved;
    await this.#core.notify({ ctx, publisherId, eventType, payload, priority }, wait);
  }
}
