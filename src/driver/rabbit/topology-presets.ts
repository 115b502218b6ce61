import type { TopologyOptions } from './topology-options.ts';

/** The word for a whole set of {@link TopologyOptions}. */
export type TopologyPreset = 'rabbitmq4';

/**
 * What each word stands for.
 *
 * `rabbitmq4` declares quorum queues only: for the topic (`quorum`), for fanouts and for replies
 * (`transientQuorum`). RabbitMQ 4 deprecates transient non-exclusive queues, which are the default,
 * and a broker with `deprecated_features.permit.transient_nonexcl_queues = false` refuses them; with
 * this word nothing is declared that is not durable. Peers in Python have to set
 * `rabbit_quorum_queue` and `rabbit_transient_quorum_queue`, the latter of which oslo.messaging knows
 * from 14.7 on; an older one can share the topic, but hears no fanouts. Source: oslo-wire.md 3 and 23.
 */
export const topologyPresets: Readonly<Record<TopologyPreset, TopologyOptions>> = {
  rabbitmq4: { quorum: true, transientQuorum: true },
};

/** The options that a preset's word stands for; options as they are. */
export function expandPreset(raw: TopologyOptions | TopologyPreset = {}): TopologyOptions {
  return typeof raw === 'string' ? topologyPresets[raw] : raw;
}
