import { z } from 'zod';
import { InvalidOptionError } from '../errors.ts';
import { type Log, silentLog } from '../log.ts';
import { suggestion } from '../nearest-name.ts';
import { checkOptions } from '../options.ts';
import type { Serializer } from '../serializer.ts';
import type { NotificationTarget } from '../target.ts';
import type { NotifyDriverName } from './notify-drivers/make-drivers.ts';
import type { NotifyDriver } from './notify-drivers/notify-driver.ts';
import type { RoutingRules } from './notify-drivers/routing-rules.ts';
import { defaultTimeoutMs, validRetry, validSerializer, validTimeout } from './valid-options.ts';

/** How a {@link Notifier} behaves; every field has a default. */
export interface NotifierOptions {
  /** Who notifies, such as `compute.host1`. @default null on the wire */
  readonly publisherId?: string;
  /** Each notification goes to every topic, as a message of its own. @default ['notifications'] */
  readonly topics?: readonly string[];
  /** The exchange of the topics. @default the transport's `controlExchange` */
  readonly exchange?: string;
  /**
   * How notifications leave: one name or driver, or several. `messagingv2` and `messaging` publish,
   * with and without an envelope; `log` writes to `log`; `test` keeps them in
   * {@link Notifier.notifications}; `noop` does nothing; `routing` chooses among these by the rules of
   * `routing`. @default 'messagingv2'
   */
  readonly driver?: NotifyDriverName | NotifyDriver | readonly (NotifyDriverName | NotifyDriver)[];
  /** The rules of the driver `routing`, or the YAML file that they are in; read once, here. */
  readonly routing?: string | URL | RoutingRules;
  /**
   * How many further attempts to connect one notification waits for when there is no connection: 0 for
   * none, -1 for as many as `timeoutMs` allows (oslo.messaging's `retry`). @default -1
   */
  readonly retry?: number;
  /** How long a notification waits for the broker to take it, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number;
  /**
   * Whether what could not be sent also rejects, besides being a line in the log, which is all that
   * oslo.messaging makes of it. @default false
   */
  readonly throwOnFailure?: boolean;
  /** Turns contexts and payloads into what the wire carries. @default everything goes as it is */
  readonly serializer?: Serializer<object>;
  /** Where the driver `log` writes, and lines about what could not be sent. @default nowhere */
  readonly log?: Log;
}

/** What {@link Notifier.prepare} can change. */
export interface NotifierChange extends Pick<NotifierOptions, 'publisherId' | 'retry'> {}

/** {@link NotifierOptions} with nothing left open but who and by which rules. */
export interface ResolvedNotifierOptions {
  readonly publisherId: string | null;
  readonly targets: readonly NotificationTarget[];
  readonly drivers: readonly (NotifyDriverName | NotifyDriver)[];
  readonly routing: NotifierOptions['routing'];
  readonly retry: number;
  readonly timeoutMs: number;
  readonly throwOnFailure: boolean;
  readonly serializer: Serializer<object>;
  readonly log: Log;
}

const name = z.string().min(1);
const schema = z.strictObject({
  publisherId: z.string().optional(),
  topics: z.array(name).min(1).optional(),
  exchange: name.optional(),
  driver: z.unknown().optional(),
  routing: z.unknown().optional(),
  retry: z.unknown().optional(),
  timeoutMs: z.unknown().optional(),
  throwOnFailure: z.boolean().optional(),
  serializer: z.unknown().optional(),
  log: z.unknown().optional(),
});

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {@link InvalidOptionError} that says what is wrong.
 */
export function resolveNotifierOptions(raw: NotifierOptions): ResolvedNotifierOptions {
  checkOptions(schema, raw, 'notifier options');
  const { topics = ['notifications'], exchange, driver = 'messagingv2', retry = -1 } = raw;
  validRetry(retry);
  const drivers = [driver].flat();
  if (drivers.length === 0)
    throw new InvalidOptionError("driver: none is 'noop', not an empty list");
  return {
    publisherId: raw.publisherId ?? null,
    targets: topics.map((topic) => ({ topic, ...(exchange !== undefined && { exchange }) })),
    drivers,
    routing: raw.routing,
    retry,
    timeoutMs: validTimeout('timeoutMs', raw.timeoutMs ?? defaultTimeoutMs),
    throwOnFailure: raw.throwOnFailure ?? false,
    serializer: validSerializer(raw.serializer),
    log: raw.log ?? silentLog,
  };
}

/**
 * Applies a change to options that have been checked; only the change is checked.
 *
 * @throws {@link InvalidOptionError} that says what is wrong.
 */
export function changedNotifierOptions(
  resolved: ResolvedNotifierOptions,
  change: NotifierChange,
): ResolvedNotifierOptions {
  const { publisherId = resolved.publisherId, retry = resolved.retry, ...others } = change;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    const meant = suggestion(unknown, ['publisherId', 'retry']);
    throw new InvalidOptionError(`invalid notifier change: ${unknown}: unknown option${meant}`);
  }
  if (publisherId !== null && typeof publisherId !== 'string') {
    throw new InvalidOptionError('invalid notifier change: publisherId must be text');
  }
  validRetry(retry);
  return { ...resolved, publisherId, retry };
}
