import { appendFile } from 'node:fs/promises';
import { NotificationFilter, type ReceivedNotification } from 'greenroom';

/** Writes what happened to instances into a file, a line of JSON each. */
export class AuditLog {
  /** Everything else is acknowledged without being looked at. */
  static readonly filterRule = new NotificationFilter({ eventType: 'compute\\.instance\\.' });

  readonly #file: string;

  constructor({ file }: { readonly file: string }) {
    this.#file = file;
  }

  // A batch listener: one write for all that have come. What is thrown here, because the disk is full
  // say, has the batch come again.
  async audit(batch: readonly ReceivedNotification[]): Promise<void> {
    await this.#write('audit', batch);
  }

  async info(batch: readonly ReceivedNotification[]): Promise<void> {
    await this.#write('info', batch);
  }

  async error(batch: readonly ReceivedNotification[]): Promise<void> {
    await this.#write('error', batch);
  }

  async #write(priority: string, batch: readonly ReceivedNotification[]): Promise<void> {
    const lines = batch.map(({ ctx, publisherId, eventType, payload, metadata }) => {
      const { messageId: id, timestamp: time } = metadata;
      const who = ctx.values['user_id'] ?? ctx.values['user'];
      return JSON.stringify({ time, priority, eventType, publisherId, who, payload, id });
    });
    await appendFile(this.#file, `${lines.join('\n')}\n`);
  }
}
