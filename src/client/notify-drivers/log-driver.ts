import type { Log } from '../../log.ts';
import { shortened } from '../../log.ts';
import { decodeNotification, encodeNotification } from '../../wire/notification.ts';
import { maskSecrets } from '../mask-secrets.ts';
import type { EmittedNotification, NotificationPriority, NotifyDriver } from './notify-driver.ts';

/** oslo.messaging's drops audit and sample, for which Python's log has no level. */
const levels: Readonly<Record<NotificationPriority, keyof Log>> = {
  AUDIT: 'info',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
  CRITICAL: 'error',
  SAMPLE: 'debug',
};

/**
 * Writes each notification to the log, with whatever has the name of a secret masked. Everything goes
 * through the wire's form and back first: what a class keeps to itself or says by its `toJSON` is
 * plain data then, of which every name is seen.
 */
export class LogDriver implements NotifyDriver {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @throws TypeError when the payload has no form on the wire, such as a cycle. */
  async notify(emitted: EmittedNotification): Promise<void> {
    const body = encodeNotification(emitted, { format: '2.0' });
    const { uniqueId: _none, ...notification } = decodeNotification(body);
    const message = `notification ${shortened(emitted.eventType)}`;
    this.#log[levels[emitted.priority]]({ notification: maskSecrets(notification) }, message);
  }
}
