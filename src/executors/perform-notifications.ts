import type { NotificationDispatcher } from '../dispatcher/notification-dispatcher.ts';
import { MalformedMessage } from '../errors.ts';
import { shownValue } from '../log.ts';
import { priorityOf } from '../notification-method.ts';
import type { MessageLimits } from '../wire/message-limits.ts';
import { decodeNotification, type Notification } from '../wire/notification.ts';
import type { Begun, BodyPart, Work } from './executor.ts';
import { unpackBodies } from './packed-bodies.ts';
import { isRefused, type Performed, type Place, refused, takenFormat } from './perform.ts';

/** What takes notifications, and which ones. */
export interface NotificationHandler {
  readonly dispatcher: NotificationDispatcher;
  readonly limits: MessageLimits;
}

/**
 * Reads the notifications of one work and has them handled. Never rejects.
 *
 * One that is no message keeps no other from being handled; where none is, the outcome is `malformed`.
 *
 * @param onBegin - As for `perform`; of several notifications it gets the first one's id.
 */
export async function performNotifications(
  { dispatcher, limits }: NotificationHandler,
  work: Work,
  parts: readonly BodyPart[],
  { call, log }: Place,
  onBegin: (begun: Begun) => boolean | Promise<boolean>,
): Promise<Performed> {
  const notifications: Notification[] = [];
  const places: number[] = [];
  const malformed: { place: number; reason: string }[] = [];
  for (const [place, message] of unpackBodies(work.body, parts).entries()) {
    try {
      const { compression } = message;
      const format = takenFormat(message);
      notifications.push(decodeNotification(message.body, { format, compression, limits }));
      places.push(place);
    } catch (error) {
      malformed.push({ place, reason: (error as Error).message });
    }
  }
  const [first] = notifications;
  if (first === undefined) {
    const reasons = malformed.map(({ reason }) => reason).join('; ');
    return { type: 'malformed', error: new MalformedMessage(reasons) };
  }
  const begun: Begun = {
    method: methodsOf(notifications),
    uniqueId: first.uniqueId,
    replyTo: undefined,
    keepAliveMs: undefined,
  };
  const mayBegin = onBegin(begun);
  if (isRefused(work, typeof mayBegin === 'boolean' ? mayBegin : await mayBegin)) return refused;
  call.begin(begun.method);
  const again = await dispatcher.dispatch(notifications, { cancellation: call, log });
  return {
    type: 'done',
    method: begun.method,
    replyTo: undefined,
    reply: undefined,
    failure: undefined,
    expected: false,
    notifications: { requeued: again.flatMap((index) => places[index] ?? []), malformed },
  };
}

const maxShown = 7;

/** For people: the priorities, which are the methods' names. */
function methodsOf(notifications: readonly Notification[]): string {
  const priorities = new Set(notifications.map(({ priority }) => priority));
  return [...priorities].slice(0, maxShown).map(methodOf).join(', ');
}

function methodOf(priority: unknown): string {
  const text = typeof priority === 'string' ? priority.toLowerCase() : '';
  // To make text from outside fit for a log costs more than to see that this is.
  return priorityOf(text) ?? shownValue(priority).toLowerCase();
}
