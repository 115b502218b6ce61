import type { RetryOptions } from '../../driver/driver.ts';
import type { NotificationMethod } from '../../notification-method.ts';
import type { Notification } from '../../wire/notification.ts';

/** The priorities that a notifier has a method for, as they stand on the wire. */
export type NotificationPriority = Uppercase<NotificationMethod>;

/** A notification on its way out: whole but for the `uniqueId`, which is new for each topic. */
export interface EmittedNotification extends Notification {
  readonly messageId: string;
  readonly eventType: string;
  readonly priority: NotificationPriority;
  readonly timestamp: string;
  readonly uniqueId: undefined;
}

/**
 * One way for notifications to leave a notifier; oslo.messaging's `Driver`. An application may bring
 * its own.
 */
export interface NotifyDriver {
  /**
   * Takes a notification on; resolves when that is done.
   *
   * @param options - How long a wait for a broker may take.
   * @throws what kept it from being sent; the notifier tells of it, and its other drivers go on.
   */
  notify(notification: EmittedNotification, options: RetryOptions): Promise<void>;
}
