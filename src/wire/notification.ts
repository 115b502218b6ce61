import { addContext, contextOf } from './context-keys.ts';
import { type BodyOptions, openEnvelope, sealMessage } from './envelope.ts';
import { uniqueIdOf } from './ids.ts';
import { stringifyJson } from './python-json.ts';

/** How a notification can be written: bare, as oslo.messaging's `messaging`, or as its `messagingv2`. */
export type NotificationFormat = '1.0' | '2.0';

/**
 * Something that has happened, told to whoever listens.
 *
 * Of a received one a field is `null` where the key was absent or held no text. Source: oslo-wire.md 16.
 */
export interface Notification {
  /** The same for all topics that it goes to: a version 4 UUID with dashes. */
  readonly messageId: string | null;
  /** Who tells it, such as `compute.host1`. */
  readonly publisherId: string | null;
  /** What has happened, such as `compute.instance.create.end`. */
  readonly eventType: string | null;
  /** As on the wire, upper case by custom; other JSON, or `undefined` when absent, from an odd peer. */
  readonly priority: unknown;
  /** Any JSON. */
  readonly payload: unknown;
  /** UTC as Python writes it, such as `2026-11-22 22:53:06.794170`. */
  readonly timestamp: string | null;
  /** What the notifier sent along, without the wire's prefix. */
  readonly context: Readonly<Record<string, unknown>>;
  /** New for each send; a duplicate delivery is recognised by it. */
  readonly uniqueId: string | undefined;
}

/**
 * Encodes a notification, in the order of keys that oslo.messaging uses.
 *
 * In format 1.0 the object is the body. A Python peer with kombu 5.3 or later then reads any object
 * with just the keys `__type__` and `__value__` as a value of that type, and drops a message with a type
 * that it does not know; in format 2.0 they are data. Source: oslo-wire.md 1.12 and 16.
 *
 * @throws TypeError when the payload or a context value has no form on the wire.
 */
export function encodeNotification(
  notification: Notification,
  { format }: { readonly format: NotificationFormat },
): Buffer {
  const { uniqueId, context } = notification;
  const message: Record<string, unknown> = {
    message_id: notification.messageId,
    publisher_id: notification.publisherId,
    event_type: notification.eventType,
    priority: notification.priority,
    payload: notification.payload,
    timestamp: notification.timestamp,
  };
  if (uniqueId !== undefined) message['_unique_id'] = uniqueId;
  addContext(message, context);
  return format === '1.0' ? Buffer.from(stringifyJson(message)) : sealMessage(message, 'json');
}

/**
 * Decodes a notification of either format; keys that it does not know are ignored.
 *
 * What kombu 5.3 writes as `{"__type__": …, "__value__": …}` in format 1.0 is left as it stands.
 *
 * @throws {@link MalformedMessage} when the body is no message.
 */
export function decodeNotification(body: Uint8Array, options: BodyOptions = {}): Notification {
  const message = openEnvelope(body, options);
  return {
    messageId: textIn(message, 'message_id'),
    publisherId: textIn(message, 'publisher_id'),
    eventType: textIn(message, 'event_type'),
    priority: message['priority'],
    payload: message['payload'] ?? null,
    timestamp: textIn(message, 'timestamp'),
    context: contextOf(message),
    uniqueId: uniqueIdOf(message['_unique_id']),
  };
}

function textIn(message: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = message[key];
  return typeof value === 'string' ? value : null;
}
