import { type Log, shortened, shownValue, silentLog } from '../log.ts';
import {
  type NotificationMethod,
  notificationPriorities,
  priorityOf,
} from '../notification-method.ts';
import { type ContextValues, noOpSerializer, type Serializer } from '../serializer.ts';
import { failureFrom, loggedFailure } from '../wire/failure.ts';
import type { Notification } from '../wire/notification.ts';
import type { Cancellation } from './cancellation.ts';
import { CallContext, type Context } from './context.ts';
import { NotificationEndpoint } from './notification-endpoint.ts';
import type { NotificationMetadata } from './notification-filter.ts';
import { NotificationResult } from './notification-result.ts';

/**
 * What a method that gets notifications has as its first argument: what the notifier sent along, and
 * whether to stop. Hand it on to a client call and its `values` go with that.
 *
 * @typeParam Values - What the listener's serializer makes of the dict that the notifier sent along.
 */
export type NotificationContext<Values extends object = ContextValues> = Pick<
  Context<Values>,
  'values' | 'signal' | 'aborted' | 'throwIfAborted' | 'log'
>;

/** One notification as the methods of a batch listener get it. */
export interface ReceivedNotification<Payload = unknown, Values extends object = ContextValues> {
  readonly ctx: NotificationContext<Values>;
  readonly publisherId: string | null;
  readonly eventType: string | null;
  readonly payload: Payload;
  readonly metadata: NotificationMetadata;
}

/** What a dispatcher of notifications is made from. */
export interface NotificationDispatcherOptions {
  /** Every one that has the method, and whose filter lets it, gets a notification, in this order. */
  readonly endpoints: readonly object[];
  /** @default noOpSerializer */
  readonly serializer?: Serializer<object> | undefined;
  /** Whether methods get lists. */
  readonly isBatched: boolean;
  /** Whether a notification comes again whose method throws, or asks for it. */
  readonly allowRequeue: boolean;
}

/** What the dispatcher can't know from the notifications. */
export interface DispatchedNotifications {
  /** Whether the work is to stop. */
  readonly cancellation: Cancellation;
  /** Where `ctx.log` goes, and what went wrong. @default nowhere */
  readonly log?: Log | undefined;
}

/**
 * Runs the methods of endpoints that notifications are for, by the priority in their bodies.
 *
 * Source: oslo-wire.md 16.
 */
export class NotificationDispatcher {
  /** The priorities that some endpoint has a method for. */
  readonly priorities: readonly NotificationMethod[];
  readonly #options: NotificationDispatcherOptions;
  readonly #endpoints: readonly NotificationEndpoint[];
  readonly #serializer: Serializer<object>;

  /** @throws TypeError when an endpoint is no object, or none has a method for any priority. */
  constructor(options: NotificationDispatcherOptions) {
    this.#options = options;
    this.#serializer = options.serializer ?? noOpSerializer;
    this.#endpoints = options.endpoints.map((instance) => new NotificationEndpoint(instance));
    this.priorities = notificationPriorities.filter((priority) =>
      this.#endpoints.some((endpoint) => endpoint.has(priority)),
    );
    if (this.priorities.length > 0) return;
    const names = this.#endpoints.map(({ name }) => name).join(', ');
    throw new TypeError(
      `no endpoint for notifications (${names}) has a method that is named like a priority: ` +
        notificationPriorities.join(', '),
    );
  }

  /**
   * Has notifications handled: in a batch by their priorities, alphabetically, as they came within each.
   * Never rejects, whatever the endpoints do.
   *
   * @returns The places in the list of those that are to come again.
   */
  async dispatch(
    notifications: readonly Notification[],
    work: DispatchedNotifications,
  ): Promise<number[]> {
    const { log = silentLog } = work;
    const groups = new Map<NotificationMethod, Received[]>();
    const requeued: number[] = [];
    for (const [place, notification] of notifications.entries()) {
      try {
        const priority = this.#priorityOf(notification, log);
        if (priority === undefined) continue;
        const received = this.#received(place, priority, notification, work);
        const group = groups.get(priority);
        if (group === undefined) groups.set(priority, [received]);
        else group.push(received);
      } catch (error) {
        if (this.#failed(error, notification, work)) requeued.push(place);
      }
    }
    for (const priority of [...groups.keys()].sort()) {
      const group = groups.get(priority) ?? [];
      for (const part of this.#options.isBatched ? [group] : group.map((each) => [each])) {
        if (await this.#run(priority, part, work)) requeued.push(...part.map(({ place }) => place));
      }
    }
    return requeued;
  }

  /** @returns Nothing for a notification that is for nobody. */
  #priorityOf(notification: Notification, log: Log): NotificationMethod | undefined {
    const { priority = '' } = notification;
    if (typeof priority !== 'string') {
      throw new TypeError(`the priority of a notification is no text: ${shownValue(priority)}`);
    }
    const known = priorityOf(priority.toLowerCase());
    if (known === undefined) {
      log.warn(aboutOf(notification), 'acknowledged a notification of an unknown priority');
    }
    return known;
  }

  #received(
    place: number,
    priority: NotificationMethod,
    notification: Notification,
    { cancellation, log }: DispatchedNotifications,
  ): Received {
    const { publisherId, eventType, payload, messageId, timestamp } = notification;
    const values = this.#serializer.deserializeContext(notification.context);
    return {
      place,
      notification,
      content: {
        // The rest of a call's context is of no meaning here, and not part of what endpoints see of it.
        ctx: new CallContext<object>({
          values,
          method: priority,
          namespace: undefined,
          version: '',
          msgId: undefined,
          deadline: undefined,
          cancellation,
          log,
        }),
        publisherId,
        eventType,
        payload: this.#serializer.deserializeEntity(values, payload),
        metadata: { messageId, timestamp },
      },
    };
  }

  /**
   * Endpoint by endpoint; the rest are passed over when one fails or has them come again, as in oslo.messaging.
   *
   * @returns Whether all of the group are to come again.
   */
  async #run(
    priority: NotificationMethod,
    group: readonly Received[],
    work: DispatchedNotifications,
  ): Promise<boolean> {
    const contents = group.map(({ content }) => content);
    for (const endpoint of this.#endpoints) {
      if (!endpoint.has(priority)) continue;
      try {
        const taken = endpoint.isFiltered
          ? contents.filter((content) =>
              endpoint.takes({ ...content, context: content.ctx.values }),
            )
          : contents;
        if (taken.length === 0) continue;
        const result = await endpoint.run(priority, this.#argumentsOf(taken));
        if (result === NotificationResult.REQUEUE) return this.#mayRequeue(group, work);
      } catch (error) {
        return this.#failed(error, group[0]?.notification, work, group.length);
      }
    }
    return false;
  }

  #argumentsOf(taken: readonly ReceivedNotification<unknown, object>[]): readonly unknown[] {
    const [only] = taken;
    if (this.#options.isBatched || only === undefined) return [taken];
    const { ctx, publisherId, eventType, payload, metadata } = only;
    return [ctx, publisherId, eventType, payload, metadata];
  }

  #mayRequeue(group: readonly Received[], { log = silentLog }: DispatchedNotifications): boolean {
    if (this.#options.allowRequeue) return true;
    const [first] = group;
    log.warn(
      { ...aboutOf(first?.notification), count: group.length },
      'acknowledged notifications that were to come again: allowRequeue is off',
    );
    return false;
  }

  /** @returns Whether what failed is to come again. */
  #failed(
    error: unknown,
    notification: Notification | undefined,
    { cancellation, log = silentLog }: DispatchedNotifications,
    count = 1,
  ): boolean {
    // Work that was interrupted has not failed: another listener may do it.
    if (cancellation.reason !== undefined) return true;
    const { allowRequeue } = this.#options;
    const fields = { ...aboutOf(notification), count, ...loggedFailure(failureFrom(error)) };
    const fate = allowRequeue ? 'it comes again' : 'it is acknowledged all the same';
    log.error(fields, `a notification could not be handled; ${fate}`);
    return allowRequeue;
  }
}

interface Received {
  /** In the list that was dispatched. */
  readonly place: number;
  readonly notification: Notification;
  readonly content: ReceivedNotification<unknown, object>;
}

function aboutOf(notification: Notification | undefined): object {
  if (notification === undefined) return {};
  const { priority, eventType, publisherId, messageId } = notification;
  return {
    priority: shownValue(priority),
    eventType: eventType && shortened(eventType),
    publisherId: publisherId && shortened(publisherId),
    messageId: messageId && shortened(messageId),
  };
}
