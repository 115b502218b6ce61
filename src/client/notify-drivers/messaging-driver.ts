import type { RetryOptions } from '../../driver/driver.ts';
import type { Transport } from '../../driver/transport.ts';
import type { NotificationTarget } from '../../target.ts';
import type { NotificationFormat } from '../../wire/notification.ts';
import type { EmittedNotification, NotifyDriver } from './notify-driver.ts';
import { settleAll } from './settle-all.ts';

/** What a {@link MessagingDriver} sends by, where and how. */
export interface MessagingDriverOptions {
  readonly transport: Transport;
  readonly targets: readonly NotificationTarget[];
  /** `1.0` is oslo.messaging's driver `messaging`, `2.0` its `messagingv2`. */
  readonly format: NotificationFormat;
}

/**
 * Publishes to each topic, as the same message with a `_unique_id` of its own, and waits for the
 * broker's confirm. A topic that fails keeps no other from it.
 */
export class MessagingDriver implements NotifyDriver {
  readonly #options: MessagingDriverOptions;

  constructor(options: MessagingDriverOptions) {
    this.#options = options;
  }

  async notify(notification: EmittedNotification, options: RetryOptions): Promise<void> {
    const { transport, targets, format } = this.#options;
    await settleAll(targets, (target) =>
      transport.notify(target, notification, { ...options, format }),
    );
  }
}
