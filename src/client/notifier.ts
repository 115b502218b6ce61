import type { Transport } from '../driver/transport.ts';
import type { WaitOptions } from '../waiting.ts';
import type { ContextToSend } from './context-to-send.ts';
import { NotifierCore } from './notifier-core.ts';
import {
  type NotifierOptions,
  type ResolvedNotifierOptions,
  resolveNotifierOptions,
} from './notifier-options.ts';
import type { NotificationPriority } from './notify-drivers/notify-driver.ts';
import type { RecordedNotification } from './notify-drivers/test-driver.ts';
import { given, retryLimit, validTimeout } from './valid-options.ts';

/** What {@link Notifier.prepare} can change. */
export interface NotifierChange extends Pick<NotifierOptions, 'publisherId' | 'retry'> {}

/**
 * Tells whoever listens what has happened; oslo.messaging's `Notifier`.
 *
 * Each method takes the context to send along, the event's type and its payload, and resolves when the
 * broker has taken charge of the notification for every topic. To go fast, do not await each: confirms
 * are not waited for one by one then, and {@link Notifier.flush} waits for them all. What has not been
 * confirmed is held in memory, so flush now and then.
 *
 * What can't be sent is a line in the log and nothing else, as with oslo.messaging: an application should
 * not fail for its notifications. With `throwOnFailure` it also rejects.
 *
 * Of the context only the keys that oslo.messaging 14 lets through leave the process: no token, no
 * service catalogue (see `safe-context.ts`).
 *
 * It holds no connection of its own: the transport is closed by whoever made it.
 */
export class Notifier {
  readonly #transport: Transport;
  readonly #options: NotifierOptions;
  readonly #resolved: ResolvedNotifierOptions;
  readonly #core: NotifierCore;

  /**
   * @param core - What {@link Notifier.prepare} shares; made anew by default.
   * @throws {@link InvalidOptionError} that says what is wrong with the options or the routing rules.
   */
  constructor(transport: Transport, options: NotifierOptions = {}, core?: NotifierCore) {
    this.#transport = transport;
    this.#options = options;
    this.#resolved = resolveNotifierOptions(options);
    this.#core = core ?? new NotifierCore(transport, this.#resolved);
  }

  /** Whether notifications go anywhere: not if `noop` is the only driver. */
  get isEnabled(): boolean {
    return this.#core.isEnabled;
  }

  /** What the driver `test` has been given so far, in its order; nothing without it. */
  get notifications(): readonly RecordedNotification[] {
    return this.#core.test.notifications;
  }

  /** Derives a notifier that shares this one's drivers; what is not given stays as it is. */
  prepare(change: NotifierChange): Notifier {
    return new Notifier(this.#transport, { ...this.#options, ...given(change) }, this.#core);
  }

  /** Tells what somebody did, for the record. */
  audit(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.#notify('AUDIT', ctx, eventType, payload, wait);
  }

  debug(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.#notify('DEBUG', ctx, eventType, payload, wait);
  }

  info(ctx: ContextToSend, eventType: string, payload: unknown, wait?: WaitOptions): Promise<void> {
    return this.#notify('INFO', ctx, eventType, payload, wait);
  }

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

  error(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.#notify('ERROR', ctx, eventType, payload, wait);
  }

  critical(
    ctx: ContextToSend,
    eventType: string,
    payload: unknown,
    wait?: WaitOptions,
  ): Promise<void> {
    return this.#notify('CRITICAL', ctx, eventType, payload, wait);
  }

  /** Tells a measurement: many of them, and small. */
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
