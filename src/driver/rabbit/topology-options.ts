import { InvalidOptionError } from '../../errors.ts';
import { withDefaults } from './with-defaults.ts';

/**
 * What queues and exchanges are declared like; has to agree with every peer on the same names.
 *
 * Each option is one of oslo.messaging's `[oslo_messaging_rabbit]`, named in its description; the
 * defaults are the same. Source: oslo-wire.md 3.
 */
export interface TopologyOptions {
  /** Topic exchange and queues survive the broker's restart (`amqp_durable_queues`). @default false */
  readonly durable?: boolean;
  /** They go when nobody uses them any more (`amqp_auto_delete`). @default false */
  readonly autoDelete?: boolean;
  /** Topic queues are quorum queues, durable ones (`rabbit_quorum_queue`). @default false */
  readonly quorum?: boolean;
  /** Deliveries of a message after which a quorum queue gives it up; 0 leaves it to the broker
   * (`rabbit_quorum_delivery_limit`). @default 0 */
  readonly quorumDeliveryLimit?: number;
  /** Messages that a quorum queue keeps in memory; 0 sets no limit (`rabbit_quorum_max_memory_length`). @default 0 */
  readonly quorumMaxMemoryLength?: number;
  /** The same in bytes (`rabbit_quorum_max_memory_bytes`). @default 0 */
  readonly quorumMaxMemoryBytes?: number;
  /** Fanout and reply queues are quorum queues (`rabbit_transient_quorum_queue`, 14.7). @default false */
  readonly transientQuorum?: boolean;
  /** How long a fanout or reply queue that nobody uses is kept, in ms; 0 for ever
   * (`rabbit_transient_queues_ttl`, which is in seconds). @default 1_800_000 */
  readonly transientTtlMs?: number;
  /** One stream for all servers in place of a fanout queue each; needs `transientQuorum`. A server that
   * starts gets the last chunk of casts once more (`rabbit_stream_fanout`, 14.7). @default false */
  readonly streamFanout?: boolean;
  /** Fanout and reply queues are named `host:process:number` rather than by a random id, and are kept
   * when a process ends, for its successor; no two processes may share the names at the same time
   * (`use_queue_manager`, 14.7). @default random ids */
  readonly queueNames?: { readonly host: string; readonly process: string };
  /** Consumers are cancelled when a mirrored queue fails over (`enable_cancel_on_failover`). @default false */
  readonly cancelOnFailover?: boolean;
  /** `x-ha-policy` on every queue, which no broker obeys any more, but which peers may have declared
   * (`rabbit_ha_queues`). @default false */
  readonly haQueues?: boolean;
}

/** {@link TopologyOptions} with nothing left open, but for the names. */
export type ResolvedTopologyOptions = Required<Omit<TopologyOptions, 'queueNames'>> &
  Pick<TopologyOptions, 'queueNames'>;

export const defaultTopologyOptions: ResolvedTopologyOptions = {
  durable: false,
  autoDelete: false,
  quorum: false,
  quorumDeliveryLimit: 0,
  quorumMaxMemoryLength: 0,
  quorumMaxMemoryBytes: 0,
  transientQuorum: false,
  transientTtlMs: 1_800_000,
  streamFanout: false,
  cancelOnFailover: false,
  haQueues: false,
};

/**
 * Fills in the defaults and checks what can't go together.
 *
 * @throws {@link InvalidOptionError} as oslo.messaging refuses it: mirrored quorum queues, and stream
 * fanout without transient quorum queues.
 */
export function resolveTopologyOptions(raw: TopologyOptions = {}): ResolvedTopologyOptions {
  const options: ResolvedTopologyOptions = withDefaults(defaultTopologyOptions, raw);
  if (options.haQueues && (options.quorum || options.transientQuorum)) {
    throw new InvalidOptionError('haQueues and quorum queues exclude each other: drop haQueues');
  }
  if (options.streamFanout && !options.transientQuorum) {
    throw new InvalidOptionError('streamFanout needs transientQuorum: true');
  }
  return options;
}
