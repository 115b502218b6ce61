import { ClosedError } from '../errors.ts';
import { defaultMessageLimits } from '../wire/message-limits.ts';
import type { Begun, Work } from './executor.ts';
import type { LoadedService } from './loaded-service.ts';
import { type Performed, type Place, perform } from './perform.ts';
import { performNotifications } from './perform-notifications.ts';
import type { WireOptions } from './wire-options.ts';

/** Takes work of either kind from bytes to what came of it; see {@link perform}. */
export function performWork(
  { dispatcher, notifications, notificationLimits: limits = defaultMessageLimits }: LoadedService,
  work: Work,
  place: Place,
  onBegin: (begun: Begun) => boolean | Promise<boolean>,
  wire?: WireOptions,
): Promise<Performed> {
  const { notifications: parts } = work;
  if (parts === undefined) return perform(dispatcher, work, place, onBegin, wire);
  if (notifications === undefined) {
    const error = new ClosedError('nothing here gets notifications');
    return Promise.resolve({ type: 'malformed', error });
  }
  return performNotifications({ dispatcher: notifications, limits }, work, parts, place, onBegin);
}
