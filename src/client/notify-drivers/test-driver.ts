import { decodeNotification, encodeNotification } from '../../wire/notification.ts';
import type { EmittedNotification, NotifyDriver } from './notify-driver.ts';

/** A notification as a listener would have got it. */
export interface RecordedNotification {
  readonly priority: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly publisherId: string | null;
  readonly eventType: string | null;
  readonly payload: unknown;
  readonly metadata: { readonly messageId: string | null; readonly timestamp: string | null };
}

/**
 * Keeps what is notified, for tests. Everything goes through the wire's form and back, so that what
 * could not be sent fails here too, and a `Date` in a payload is the text that a listener gets.
 */
export class TestDriver implements NotifyDriver {
  readonly #notifications: RecordedNotification[] = [];

  /** What has been notified so far, in its order. */
  get notifications(): readonly RecordedNotification[] {
    return this.#notifications;
  }

  async notify(notification: EmittedNotification): Promise<void> {
    const { priority } = notification;
    const body = encodeNotification(notification, { format: '2.0' });
    const { messageId, timestamp, context, publisherId, eventType, payload } =
      decodeNotification(body);
    const metadata = { messageId, timestamp };
    this.#notifications.push({ priority, context, publisherId, eventType, payload, metadata });
  }
}
