import { onTestFinished } from 'vitest';
import type { Transport } from '../../src/index.ts';
import { decodeNotification, type Notification } from '../../src/wire/notification.ts';

/** A notification as it came, and by which form. */
export interface Heard extends Notification {
  readonly isEnveloped: boolean;
}

/** Hears what is notified, each once. */
export interface NotificationEar {
  /** The next so many notifications. */
  take(count: number): Promise<Heard[]>;
}

const priorities = ['audit', 'debug', 'info', 'warn', 'error', 'critical', 'sample'];

/** Listens to topics, of every priority, until the test is over. */
export async function openEar(
  { driver }: Transport,
  topics: readonly string[],
  exchange?: string,
): Promise<NotificationEar> {
  const targets = topics.map((topic) => ({ topic, ...(exchange !== undefined && { exchange }) }));
  const listener = await driver.listenForNotifications(
    { targets, priorities },
    { prefetch: 1_000 },
  );
  onTestFinished(() => listener.close());
  return {
    async take(count) {
      const heard: Heard[] = [];
      while (heard.length < count) {
        for (const message of await listener.poll(count - heard.length)) {
          const outer = JSON.parse(Buffer.from(message.body).toString());
          heard.push({ ...decodeNotification(message.body), isEnveloped: 'oslo.message' in outer });
          message.acknowledge();
        }
      }
      return heard;
    },
  };
}
