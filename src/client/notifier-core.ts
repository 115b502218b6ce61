import { randomUUID } from 'node:crypto';
import type { RetryOptions } from '../driver/driver.ts';
import type { Transport } from '../driver/transport.ts';
import { shortened, shownValue } from '../log.ts';
import { type WaitOptions, waitFor } from '../waiting.ts';
import { pythonTimestamp } from '../wire/python-timestamp.ts';
import { type ContextToSend, valuesOf } from './context-to-send.ts';
import type { ResolvedNotifierOptions } from './notifier-options.ts';
import { makeDrivers } from './notify-drivers/make-drivers.ts';
import { NoopDriver } from './notify-drivers/noop-driver.ts';
import type {
  EmittedNotification,
  NotificationPriority,
  NotifyDriver,
} from './notify-drivers/notify-driver.ts';
import { settleAll } from './notify-drivers/settle-all.ts';
import { TestDriver } from './notify-drivers/test-driver.ts';
import { safeContext } from './safe-context.ts';

/** What is to be told. */
export interface ToNotify {
  readonly ctx: ContextToSend;
  readonly publisherId: string | null;
  readonly eventType: string;
  readonly payload: unknown;
  readonly priority: NotificationPriority;
}

/** What a notifier and those that are derived from it share: the drivers, and what is under way. */
export class NotifierCore {
  readonly test: TestDriver = new TestDriver();
  readonly #options: ResolvedNotifierOptions;
  readonly #drivers: readonly NotifyDriver[];
  readonly #pending = new Set<Promise<void>>();

  /** @throws {@link InvalidOptionError} for an unknown driver, or wrong routing rules. */
  constructor(transport: Transport, options: ResolvedNotifierOptions) {
    const { targets, log, routing, drivers } = options;
    this.#options = options;
    this.#drivers = makeDrivers(drivers, { transport, targets, log, routing, test: this.test });
  }

  /** Whether notifications go anywhere. */
  get isEnabled(): boolean {
    return this.#drivers.some((driver) => !(driver instanceof NoopDriver));
  }

  /** Hands a notification to every driver; what fails is told, or thrown, as the options say. */
  notify(event: ToNotify, wait: RetryOptions): Promise<void> {
    const sent = this.#send(event, wait);
    this.#pending.add(sent);
    const settled = (): void => {
      this.#pending.delete(sent);
    };
    sent.then(settled, settled);
    return sent;
  }

  /** Waits for all that is under way now, whatever becomes of it. */
  async flush(options: WaitOptions): Promise<void> {
    const settled = Promise.allSettled(this.#pending);
    await waitFor(settled, `${this.#pending.size} notifications to be sent`, options);
  }

  async #send(event: ToNotify, wait: RetryOptions): Promise<void> {
    const messageId = randomUUID();
    try {
      const notification = this.#emitted(event, messageId);
      await settleAll(this.#drivers, (driver) => driver.notify(notification, wait));
    } catch (error) {
      const { throwOnFailure, log } = this.#options;
      const reason = shownValue(error instanceof Error ? error.message : error);
      log.error({ reason, notification: nameOf(event, messageId) }, 'a notification was not sent');
      if (throwOnFailure) throw error;
    }
  }

  /** oslo: the payload is serialized with the context as it is, which comes after it. */
  #emitted(event: ToNotify, messageId: string): EmittedNotification {
    const { ctx, publisherId, eventType, payload, priority } = event;
    const { serializer } = this.#options;
    const values = valuesOf(ctx);
    return {
      messageId,
      publisherId,
      eventType,
      priority,
      payload: serializer.serializeEntity(values, payload),
      timestamp: pythonTimestamp(new Date()),
      // Last, so that no serializer can add what must not leave the process.
      context: safeContext(serializer.serializeContext(values)),
      uniqueId: undefined,
    };
  }
}

/** Enough to find what was not sent; its payload may be secret, and large. */
function nameOf({ publisherId, eventType, priority }: ToNotify, messageId: string): object {
  return { messageId, publisherId, eventType: shortened(eventType), priority };
}
