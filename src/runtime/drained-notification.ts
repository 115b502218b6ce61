import type { IncomingMessage } from '../driver/driver.ts';
import { shortened } from '../log.ts';
import { formatOf } from '../wire/body-format.ts';
import { compressionIn } from '../wire/compression.ts';
import { uniqueIdIn } from '../wire/ids.ts';
import type { MessageLimits } from '../wire/message-limits.ts';
import { decodeNotification, type Notification } from '../wire/notification.ts';
import type { DrainedMessage } from './drain-report.ts';

/** What is larger is not read for a report: a drain has a hundred of them to name, and calls to end. */
const maxReadBytes = 64 * 1_024;

/**
 * Finds out what a report says of a notification: reads it, which nothing but a report has this thread do.
 *
 * Of one that is too large for that, or no message, or was moved to the host that it ran in, only the
 * `_unique_id` is known, if that.
 */
export function drainedNotification(
  message: IncomingMessage,
  knownId: string | undefined,
  limits: MessageLimits,
): DrainedMessage {
  const { body, contentType } = message;
  const isMoved = body.byteLength === 0;
  const notification = isMoved ? undefined : notificationIn(message, limits);
  const { messageId, eventType } = notification ?? {};
  const foundId = (): string | undefined => uniqueIdIn(body, formatOf(contentType));
  const uniqueId = knownId ?? notification?.uniqueId ?? (isMoved ? undefined : foundId());
  return {
    ...(typeof messageId === 'string' && { messageId: shortened(messageId) }),
    ...(uniqueId !== undefined && { uniqueId: shortened(uniqueId) }),
    ...(typeof eventType === 'string' && { eventType: shortened(eventType) }),
  };
}

function notificationIn(
  { body, contentType, headers }: IncomingMessage,
  { maxBodyBytes, maxDepth }: MessageLimits,
): Notification | undefined {
  const format = formatOf(contentType);
  if (format === undefined) return undefined;
  const limits = { maxBodyBytes: Math.min(maxBodyBytes, maxReadBytes), maxDepth };
  try {
    return decodeNotification(body, { format, compression: compressionIn(headers), limits });
  } catch {
    return undefined; // MalformedMessage: whoever gets it next will say so.
  }
}
