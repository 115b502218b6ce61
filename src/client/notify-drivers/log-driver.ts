import type { Log } from '../../log.ts';
import { shortened } from '../../log.ts';
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

/** Writes each notification to the log, with whatever has the name of a secret masked. */
export class LogDriver implements NotifyDriver {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  async notify({ uniqueId: _none, ...notification }: EmittedNotification): Promise<void> {
    const level = levels[notification.priority];
    const message = `notification ${shortened(notification.eventType)}`;
    this.#log[level]({ notification: maskSecrets(notification) }, message);
  }
}
