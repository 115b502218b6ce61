import type { RabbitOptions } from '../driver/rabbit/rabbit-options.ts';
import type { Transport } from '../driver/transport.ts';
import { defaultCancelGraceMs } from '../executors/cancel-clock.ts';
import type { ExecutorName } from '../executors/executor.ts';
import { type Log, silentLog } from '../log.ts';
import { checkOptions } from '../options.ts';
import {
  type HealthOptions,
  type ResolvedHealthOptions,
  resolveHealthOptions,
} from './health-options.ts';
import {
  type PoolOptions,
  type ProcessOptions,
  type ResolvedHostsOptions,
  resolveHostsOptions,
} from './host-options.ts';
import {
  type NotificationOptions,
  type ResolvedNotificationOptions,
  resolveNotificationOptions,
} from './notification-options.ts';
import { type ResolvedRPCOptions, type RPCOptions, resolveRPCOptions } from './rpc-options.ts';
import { runtimeSchema } from './runtime-schema.ts';

/**
 * What a {@link Runtime} is made of. It serves `rpc` or `notifications`, or both, with one executor; the rest
 * has defaults.
 */
export interface RuntimeOptions {
  /** A transport URL, or a transport to share, which is then yours to close. @default 'memory://' */
  readonly transport?: string | Transport;
  /** See the README's table. @default 'async' */
  readonly executor?: ExecutorName;
  /** Methods that clients call. @default none */
  readonly rpc?: RPCOptions;
  /** Methods that get notifications. @default none */
  readonly notifications?: NotificationOptions;
  /** For the `async` executor. `concurrency`: calls under way at once, at least 1. @default 64 */
  readonly async?: { readonly concurrency?: number };
  readonly pool?: PoolOptions;
  readonly process?: ProcessOptions;
  /**
   * How long a cancelled call may take to end by itself, in milliseconds; then its host is killed and
   * replaced, under `pool` and `process`. Too low and methods have no time to clean up. @default 250
   */
  readonly cancelGraceMs?: number;
  /** Connections, deadlines and retries of the RabbitMQ driver. */
  readonly rabbit?: RabbitOptions;
  /** The exchange of targets that name none; peers must agree on it. @default 'openstack' */
  readonly controlExchange?: string;
  /** How long running calls may take to finish when the runtime is stopped, in ms. @default 30_000 */
  readonly drainTimeoutMs?: number;
  /** Whether SIGTERM and SIGINT drain the runtime, and a second one stops it at once. @default true */
  readonly signals?: boolean;
  /** How the runtime tells whether it is well, and to whom. */
  readonly health?: HealthOptions;
  /** A pino logger, `console`, or anything with their methods. @default nowhere */
  readonly log?: Log;
}

/** {@link RuntimeOptions} with nothing left open. */
export interface ResolvedRuntimeOptions {
  readonly transport: string | Transport;
  readonly executor: ExecutorName | undefined;
  readonly rpc: ResolvedRPCOptions | undefined;
  readonly notifications: ResolvedNotificationOptions | undefined;
  readonly asyncConcurrency: number;
  readonly pool: ResolvedHostsOptions;
  readonly process: ResolvedHostsOptions & { readonly maxRssMb: number | undefined };
  readonly cancelGraceMs: number;
  readonly rabbit: RabbitOptions;
  readonly controlExchange: string;
  readonly drainTimeoutMs: number;
  readonly signals: boolean;
  readonly health: ResolvedHealthOptions;
  readonly log: Log;
}

/**
 * Checks the options and fills in the defaults; nothing reads the raw ones after it.
 *
 * @throws {@link InvalidOptionError} that lists everything that is wrong.
 */
export function resolveRuntimeOptions(raw: RuntimeOptions): ResolvedRuntimeOptions {
  checkOptions(runtimeSchema, raw, 'runtime options');
  const { rpc, notifications, pool = {}, process: child = {} } = raw;
  return {
    transport: raw.transport ?? 'memory://',
    executor: raw.executor,
    rpc: rpc && resolveRPCOptions(rpc),
    notifications: notifications && resolveNotificationOptions(notifications),
    asyncConcurrency: raw.async?.concurrency ?? 64,
    pool: resolveHostsOptions(pool, pool.threads),
    process: { ...resolveHostsOptions(child, child.processes), maxRssMb: child.maxRssMb },
    cancelGraceMs: raw.cancelGraceMs ?? defaultCancelGraceMs,
    rabbit: raw.rabbit ?? {},
    controlExchange: raw.controlExchange ?? 'openstack',
    drainTimeoutMs: raw.drainTimeoutMs ?? 30_000,
    signals: raw.signals ?? true,
    health: resolveHealthOptions(raw.health ?? {}),
    log: raw.log ?? silentLog,
  };
}
