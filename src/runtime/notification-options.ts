import { z } from 'zod';
import type { NotificationTarget } from '../target.ts';
import { type LimitsOptions, limitsSchema, resolveLimits } from '../wire/limits-options.ts';
import type { MessageLimits } from '../wire/message-limits.ts';
import {
  type EndpointsOption,
  endpointsSchema,
  listOf,
  type SerializerOption,
  serializerSchema,
} from './module-options.ts';

/** Which notifications a {@link Runtime} listens to, and what gets them. */
export interface NotificationOptions {
  /** Topics, each with a queue for every priority that an endpoint has a method for. */
  readonly targets: NotificationTarget | readonly NotificationTarget[];
  /**
   * Endpoints with methods named after priorities: `audit`, `debug`, `info`, `warn`, `error`, `critical`,
   * `sample`. Every one whose `filterRule` lets a notification pass gets it. Of a module, every exported
   * class with such a method, or else the default export.
   */
  readonly endpoints: EndpointsOption | readonly EndpointsOption[];
  /** Turns payloads and contexts into what endpoints want. @default as they are */
  readonly serializer?: SerializerOption;
  /**
   * The name of one queue that every listener of the pool shares; each pool gets every notification. It is the
   * whole name, so take one that no other service has. The queues of the topics themselves still fill: somebody
   * has to listen without a pool. @default the queues of the topics
   */
  readonly pool?: string;
  /** Whether the pool's queue is deleted when its last listener leaves; needs `pool`. @default false */
  readonly temporaryPool?: boolean;
  /**
   * Whether a notification comes again whose method throws or returns `NotificationResult.REQUEUE`. When not,
   * it is acknowledged all the same. @default false
   */
  readonly allowRequeue?: boolean;
  /**
   * How long a notification is held, at the most, that is to come again, in milliseconds. The first time it
   * goes back at once, then after 50 ms, and each time after twice as long. 0 holds nothing back, and makes a
   * notification that always fails a hot loop. @default 5_000
   */
  readonly maxRequeueDelayMs?: number;
  /** Hands notifications over in lists, as many at once as have come. @default one by one */
  readonly batch?: BatchOptions;
  /**
   * How many notifications of a queue wait here for a free slot, at least 1.
   * @default as many as run at once, at least 2, times the size of a batch
   */
  readonly lookAhead?: number;
  /** How many `_unique_id`s are remembered, so that one that comes twice is handled once. @default 10_000 */
  readonly duplicateWindow?: number;
  /**
   * How many hosts a notification may take with it before it is set aside: rejected, which dead-letters it
   * where the queue says so. @default 3
   */
  readonly maxCrashes?: number;
  /** Which notifications are refused unread. */
  readonly limits?: LimitsOptions;
}

/** How notifications are put together to batches. */
export interface BatchOptions {
  /** How many a batch has at the most; at least 1. */
  readonly size: number;
  /** How long the first of a batch waits for the others, in milliseconds. @default 1_000 */
  readonly timeoutMs?: number;
}

/** {@link NotificationOptions} with nothing left open. */
export interface ResolvedNotificationOptions {
  readonly targets: readonly NotificationTarget[];
  readonly endpoints: readonly EndpointsOption[];
  readonly serializer: SerializerOption | undefined;
  readonly pool: string | undefined;
  readonly temporaryPool: boolean;
  readonly allowRequeue: boolean;
  readonly maxRequeueDelayMs: number;
  readonly batch: Required<BatchOptions> | undefined;
  readonly lookAhead: number | undefined;
  readonly duplicateWindow: number;
  readonly maxCrashes: number;
  readonly limits: MessageLimits;
}

/** Fills in the defaults. */
export function resolveNotificationOptions(raw: NotificationOptions): ResolvedNotificationOptions {
  return {
    targets: listOf(raw.targets),
    endpoints: listOf(raw.endpoints),
    serializer: raw.serializer,
    pool: raw.pool,
    temporaryPool: raw.temporaryPool ?? false,
    allowRequeue: raw.allowRequeue ?? false,
    maxRequeueDelayMs: raw.maxRequeueDelayMs ?? 5_000,
    batch: raw.batch && { size: raw.batch.size, timeoutMs: raw.batch.timeoutMs ?? 1_000 },
    lookAhead: raw.lookAhead,
    duplicateWindow: raw.duplicateWindow ?? 10_000,
    maxCrashes: raw.maxCrashes ?? 3,
    limits: resolveLimits(raw.limits),
  };
}

const count = z.int().min(1);
const durationMs = z.number().min(0);
const name = z.string().min(1).max(255);
// The longest priority and its dot have to fit behind it.
const target = z.strictObject({
  topic: z.string().min(1).max(246),
  exchange: name.optional(),
});

/** The shape of {@link NotificationOptions}. */
export const notificationSchema: z.ZodType = z
  .strictObject({
    targets: z.union([target, z.array(target).min(1)]),
    endpoints: endpointsSchema,
    serializer: serializerSchema.optional(),
    pool: name.optional(),
    temporaryPool: z.boolean().optional(),
    allowRequeue: z.boolean().optional(),
    maxRequeueDelayMs: durationMs.optional(),
    batch: z.strictObject({ size: count.max(65_535), timeoutMs: durationMs.optional() }).optional(),
    lookAhead: count.optional(),
    duplicateWindow: count.optional(),
    maxCrashes: count.optional(),
    limits: limitsSchema.optional(),
  })
  .refine(({ pool, temporaryPool }) => !temporaryPool || pool !== undefined, {
    path: ['temporaryPool'],
    message: 'needs the name of a pool',
  });
