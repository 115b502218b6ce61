import { hostname } from 'node:os';
import { z } from 'zod';
import { type AccessPolicy, accessPolicies } from '../dispatcher/access-policy.ts';
import type { WireOptions } from '../executors/wire-options.ts';
import type { ServerTarget } from '../target.ts';
import { type Compression, compressions } from '../wire/compression.ts';
import { type LimitsOptions, limitsSchema, resolveLimits } from '../wire/limits-options.ts';
import type { Acknowledge } from './delivery.ts';
import {
  type EndpointsOption,
  endpointsSchema,
  listOf,
  type SerializerOption,
  serializerSchema,
} from './module-options.ts';

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
   * The broker's `consumer_timeout`, in ms: under `on-reply` a call that runs for 80 % of it is a line in
   * the log, for at its end the broker delivers everything again that this server holds. It can't be
   * learned from the broker. @default 1_800_000, RabbitMQ's own default
   */
  readonly consumerTimeoutMs?: number;
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

/** {@link RPCOptions} with nothing left open. */
export interface ResolvedRPCOptions {
  readonly target: ServerTarget;
  readonly endpoints: readonly EndpointsOption[];
  readonly accessPolicy: AccessPolicy;
  readonly serializer: SerializerOption | undefined;
  readonly ping: boolean;
  readonly acknowledge: Acknowledge;
  readonly consumerTimeoutMs: number;
  readonly lookAhead: number | undefined;
  readonly duplicateWindow: number;
  readonly maxCrashes: number;
  readonly missingReplyQueueTimeoutMs: number;
  readonly callerGoneGraceMs: number;
  readonly replyQueuePrefix: string;
  readonly wire: WireOptions;
}

/** Fills in the defaults. */
export function resolveRPCOptions(rpc: RPCOptions): ResolvedRPCOptions {
  const { topic, server = hostname(), exchange } = rpc.target;
  return {
    target: { topic, server, ...(exchange !== undefined && { exchange }) },
    endpoints: listOf(rpc.endpoints),
    accessPolicy: rpc.accessPolicy ?? 'default',
    serializer: rpc.serializer,
    ping: rpc.ping ?? true,
    acknowledge: rpc.acknowledge ?? 'on-dispatch',
    consumerTimeoutMs: rpc.consumerTimeoutMs ?? 1_800_000,
    lookAhead: rpc.lookAhead,
    duplicateWindow: rpc.duplicateWindow ?? 10_000,
    maxCrashes: rpc.maxCrashes ?? 3,
    missingReplyQueueTimeoutMs: rpc.missingReplyQueueTimeoutMs ?? 60_000,
    callerGoneGraceMs: rpc.callerGoneGraceMs ?? 10_000,
    replyQueuePrefix: rpc.replyQueuePrefix ?? 'reply_',
    wire: {
      limits: resolveLimits(rpc.limits),
      compression: rpc.compression,
      exposeStacks: rpc.exposeStacks ?? true,
    },
  };
}

const count = z.int().min(1);
const durationMs = z.number().min(0);
const name = z.string().min(1).max(255);

/** The shape of {@link RPCOptions}. */
export const rpcSchema: z.ZodType = z.strictObject({
  target: z.strictObject({ topic: name, server: name.optional(), exchange: name.optional() }),
  endpoints: endpointsSchema,
  accessPolicy: z.enum(accessPolicies).optional(),
  serializer: serializerSchema.optional(),
  exposeStacks: z.boolean().optional(),
  ping: z.boolean().optional(),
  acknowledge: z.enum(['on-dispatch', 'on-reply']).optional(),
  consumerTimeoutMs: z.number().min(100).optional(),
  lookAhead: count.optional(),
  duplicateWindow: count.optional(),
  maxCrashes: count.optional(),
  missingReplyQueueTimeoutMs: durationMs.optional(),
  callerGoneGraceMs: durationMs.optional(),
  replyQueuePrefix: z.string().max(200).optional(),
  compression: z.enum(compressions).optional(),
  limits: limitsSchema.optional(),
});
