import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { isRecord } from '../wire/record.ts';
import { logRecord, type PinoRecord } from './log-record.ts';
import type { Notifier } from './notifier.ts';
import { tell } from './tell.ts';

/** How a {@link notificationStream} notifies. */
export interface NotificationStreamOptions {
  /**
   * Whether only errors are notified, as `error_notification` with the text alone: what oslo.messaging's
   * `PublishErrorsHandler` sends. Else each record is a `logrecord` with all that it has, and the
   * priority of its level, as of `LoggingNotificationHandler`. @default false
   */
  readonly errorsOnly?: boolean;
}

/**
 * Makes a destination for pino whose log records become notifications:
 * `pino({}, notificationStream(notifier))`, or one of the streams of `pino.multistream`.
 *
 * Whatever has the name of a secret is masked. What the notifier itself writes to the log is not
 * notified: when nothing can be sent, that would never end. Ends when all is sent.
 */
export function notificationStream(
  notifier: Notifier,
  options: NotificationStreamOptions = {},
): Writable {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) notifyOf(notifier, line, options);
  };
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      take(typeof chunk === 'string' ? chunk : decoder.write(chunk));
      done();
    },
    final(done) {
      take(rest === '' ? '' : '\n');
      notifier.flush().then(() => done(), done);
    },
  });
}

function notifyOf(
  notifier: Notifier,
  line: string,
  { errorsOnly = false }: NotificationStreamOptions,
): void {
  if (line.trim() === '') return;
  const record = readRecord(line);
  if (isOfNotifier(record)) return;
  const { method, payload } = logRecord(record);
  if (!errorsOnly) {
    tell(notifier[method]({}, 'logrecord', payload));
  } else if (method === 'error' || method === 'critical') {
    tell(notifier.error({}, 'error_notification', { error: payload.msg }));
  }
}

/** Pino writes JSON only; what something else has written is a record's text. */
function readRecord(line: string): PinoRecord {
  try {
    const value: unknown = JSON.parse(line);
    if (isRecord(value)) return value;
  } catch {
    // No JSON, then; nothing is lost.
  }
  return { msg: line };
}

function isOfNotifier({ notification }: PinoRecord): boolean {
  return isRecord(notification) && typeof notification['messageId'] === 'string';
}
