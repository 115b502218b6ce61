import { hostname } from 'node:os';
import type { AccessPolicy } from '../dispatcher/access-policy.ts';
import type { RabbitOptions } from '../driver/rabbit/rabbit-options.ts';
import type { Transport } from '../driver/transport.ts';
import { defaultCancelGraceMs } from '../executors/cancel-clock.ts';
import type { ExecutorName } from '../executors/executor.ts';
import type { WireOptions } from '../executors/wire-options.ts';
import { type Log, silentLog } from '../log.ts';
import { checkOptions } from '../options.ts';
import type { Serializer } from '../serializer.ts';
import type { ServerTarget } from '../target.ts';
import type { Compression } from '../wire/compression.ts';
import { type LimitsOptions, resolveLimits } from '../wire/limits-options.ts';
import type { Acknowledge } from './delivery.ts';
import {
  type PoolOptions,
  type ProcessOptions,
  type ResolvedHostsOptions,
  resolveHostsOptions,
} from './host-options.ts';
import { runtimeSchema } from './runtime-schema.ts';

/**
 * Where endpoints are loaded from.
 *
 * A module: its URL, or a path. Every exported class with a static `target` is an endpoint, or else
 * the default export. `{ module, export, options }` takes one export, and hands `options`, cloned, to
 * the constructor in each host. An instance works with `blocking` and `async` only.
 */
export type EndpointsOption = URL | string | ModuleOption | object;

/**
 * Where a {@link Serializer} is loaded from, in each host: a module's URL, or a path, whose default
 * export, or else only one, is the serializer or its class; `{ module, export, options }` as for
 * endpoints. An instance works with `blocking` and `async` only.
 */
export type SerializerOption = URL | string | ModuleOption | Serializer<object>;

/** A module to load something from, in full; `options` are cloned and handed to the constructor. */
export interface ModuleOption {
  readonly module: URL | string;
  readonly export?: string;
  readonly options?: unknown;
}

/** What a server of a {@link Runtime} listens to and runs. */
export interface RPCOptions {
  /** `server` names this process among those of the topic. @default server: the host's name */
  readonly target: {
    readonly topic: string;
    readonly server?: string;
    readonly exchange?: string;
  };
  /** Searched in order; the first that has namespace, version and method serves the request. */
  readonly endpoints: EndpointsOption | readonly EndpointsOption[];
  /**
   * Which methods may be called from outside: those without a leading `_` (`default`), those that are
   * marked with {@link expose} (`explicit`), or all (`legacy`), which never means `#private` ones,
   * getters, or what every object has. @default 'default'
   */
  readonly accessPolicy?: AccessPolicy;
  /** Turns arguments, results and contexts into what the wire carries, and back. @default as they are */
  readonly serializer?: SerializerOption;
  /**
   * Whether callers get the stack of what failed, as oslo.messaging has it; the log has it either way.
   * Switch it off where callers are not to see paths of this machine. @default true
   */
  readonly exposeStacks?: boolean;
  /**
   * Whether the runtime itself answers `oslo_rpc_server_ping`, also while it is busy; one of more than
   * 8 KiB goes unrecognized. @default true
   */
  readonly ping?: boolean;
  /**
   * `on-dispatch`: a message is acknowledged when its method begins, and runs at most once.
   * `on-reply`: when its reply is with the broker; it may run again after a crash. @default 'on-dispatch'
   */
  readonly acknowledge?: Acknowledge;
  /**
   * How many messages of a queue wait here for a free slot. More hides more of the broker's round
   * trip; fewer leaves more for other servers. At least 1. @default as many as there are slots, at least 2
   */
  readonly lookAhead?: number;
  /** How many `_unique_id`s are remembered, so that a message that comes twice runs once. @default 10_000 */
  readonly duplicateWindow?: number;
  /**
   * How many hosts a message may take with it before it is set aside: rejected, which dead-letters it
   * where the queue says so. Before that it is tried again, where it is not acknowledged yet. @default 3
   */
  readonly maxCrashes?: number;
  /**
   * How long a reply is tried again whose queue does not exist, in milliseconds: its caller may be
   * about to come back. @default 60_000
   */
  readonly missingReplyQueueTimeoutMs?: number;
  /**
   * How long a caller that monitors its call has to be away, in milliseconds, before the call is
   * cancelled: its reply queue missing, or consumed by nobody. Callers that lost the broker come back:
   * with less than they take for it, up to three heartbeats, calls are cancelled that they still wait
   * for; with more, what nobody waits for computes longer. 0: as soon as it is seen. @default 10_000
   */
  readonly callerGoneGraceMs?: number;
  /**
   * What the name of a reply queue must begin with to be answered. The caller chooses the name, so
   * whoever may send requests could have replies written to any queue. @default 'reply_'
   */
  readonly replyQueuePrefix?: string;
  /**
   * How replies are compressed: `zlib` is oslo.messaging's `kombu_compression=gzip`, and `brotli`
   * needs callers that have it. Requests are understood either way. @default not at all
   */
  readonly compression?: Compression;
  /** Which requests are refused unread, with a line in the log and no reply. */
  readonly limits?: LimitsOptions;
}

/** What a {@link Runtime} is made of; all but `rpc` has a default. */
export interface RuntimeOptions {
  /** A transport URL, or a transport to share, which is then yours to close. @default 'memory://' */
  readonly transport?: string | Transport;
  /** See the README's table. @default 'async' */
  readonly executor?: ExecutorName;
  readonly rpc: RPCOptions;
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
  /** A pino logger, `console`, or anything with their methods. @default nowhere */
  readonly log?: Log;
}

/** {@link RuntimeOptions} with nothing left open. */
export interface ResolvedRuntimeOptions {
  readonly transport: string | Transport;
  readonly executor: ExecutorName | undefined;
  readonly target: ServerTarget;
  readonly endpoints: readonly EndpointsOption[];
  readonly accessPolicy: AccessPolicy;
  readonly serializer: SerializerOption | undefined;
  readonly ping: boolean;
  readonly acknowledge: Acknowledge;
  readonly lookAhead: number | undefined;
  readonly duplicateWindow: number;
  readonly missingReplyQueueTimeoutMs: number;
  readonly callerGoneGraceMs: number;
  readonly replyQueuePrefix: string;
  readonly wire: WireOptions;
  readonly asyncConcurrency: number;
  readonly pool: ResolvedHostsOptions;
  readonly process: ResolvedHostsOptions & { readonly maxRssMb: number | undefined };
  readonly cancelGraceMs: number;
  readonly maxCrashes: number;
  readonly rabbit: RabbitOptions;
  readonly controlExchange: string;
  readonly drainTimeoutMs: number;
  readonly signals: boolean;
  readonly log: Log;
}

/**
 * Checks the options and fills in the defaults; nothing reads the raw ones after it.
 *
 * @throws {@link InvalidOptionError} that lists everything that is wrong.
 */
export function resolveRuntimeOptions(raw: RuntimeOptions): ResolvedRuntimeOptions {
  checkOptions(runtimeSchema, raw, 'runtime options');
  const { rpc, pool = {}, process: child = {} } = raw;
  const { topic, server = hostname(), exchange } = rpc.target;
  return {
    transport: raw.transport ?? 'memory://',
    executor: raw.executor,
    target: { topic, server, ...(exchange !== undefined && { exchange }) },
    endpoints: Array.isArray(rpc.endpoints) ? rpc.endpoints : [rpc.endpoints],
    accessPolicy: rpc.accessPolicy ?? 'default',
    serializer: rpc.serializer,
    ping: rpc.ping ?? true,
    acknowledge: rpc.acknowledge ?? 'on-dispatch',
    lookAhead: rpc.lookAhead,
    duplicateWindow: rpc.duplicateWindow ?? 10_000,
    missingReplyQueueTimeoutMs: rpc.missingReplyQueueTimeoutMs ?? 60_000,
    callerGoneGraceMs: rpc.callerGoneGraceMs ?? 10_000,
    replyQueuePrefix: rpc.replyQueuePrefix ?? 'reply_',
    wire: {
      limits: resolveLimits(rpc.limits),
      compression: rpc.compression,
      exposeStacks: rpc.exposeStacks ?? true,
    },
    asyncConcurrency: raw.async?.concurrency ?? 64,
    pool: resolveHostsOptions(pool, pool.threads),
    process: { ...resolveHostsOptions(child, child.processes), maxRssMb: child.maxRssMb },
    cancelGraceMs: raw.cancelGraceMs ?? defaultCancelGraceMs,
    maxCrashes: rpc.maxCrashes ?? 3,
    rabbit: raw.rabbit ?? {},
    controlExchange: raw.controlExchange ?? 'openstack',
    drainTimeoutMs: raw.drainTimeoutMs ?? 30_000,
    signals: raw.signals ?? true,
    log: raw.log ?? silentLog,
  };
}
