import { readdirSync, readFileSync } from 'node:fs';
import type { TopologyOptions } from '../../src/driver/rabbit/topology-options.ts';

/** One AMQP method that oslo.messaging called. */
export type Operation = Readonly<Record<string, unknown>>;

/** What oslo.messaging was seen to do under a set of options; `fixtures/topology-*.json`. */
export interface CapturedTopology {
  readonly file: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly operations: readonly Operation[];
  /** The control exchange, the topic and, in our words, the options of the capture. */
  readonly exchange: string;
  readonly topic: string;
  readonly ours: TopologyOptions;
}

const folder = new URL('../fixtures/', import.meta.url);

function read(file: string): CapturedTopology {
  const { options, operations } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Pick<
    CapturedTopology,
    'options' | 'operations'
  >;
  const first = (op: string, field: string): string =>
    String(operations.find((operation) => operation['op'] === op)?.[field]);
  return {
    file,
    options,
    operations: operations.map(comparable),
    exchange: first('exchange_declare', 'exchange'),
    topic: first('queue_declare', 'queue'),
    ours: inOurWords(options),
  };
}

const words: Record<string, (value: unknown) => TopologyOptions> = {
  amqp_durable_queues: (value) => ({ durable: Boolean(value) }),
  amqp_auto_delete: (value) => ({ autoDelete: Boolean(value) }),
  rabbit_ha_queues: (value) => ({ haQueues: Boolean(value) }),
  rabbit_quorum_queue: (value) => ({ quorum: Boolean(value) }),
  rabbit_quorum_delivery_limit: (value) => ({ quorumDeliveryLimit: Number(value) }),
  rabbit_quorum_max_memory_length: (value) => ({ quorumMaxMemoryLength: Number(value) }),
  rabbit_quroum_max_memory_length: (value) => ({ quorumMaxMemoryLength: Number(value) }),
  rabbit_quorum_max_memory_bytes: (value) => ({ quorumMaxMemoryBytes: Number(value) }),
  rabbit_quroum_max_memory_bytes: (value) => ({ quorumMaxMemoryBytes: Number(value) }),
  rabbit_transient_quorum_queue: (value) => ({ transientQuorum: Boolean(value) }),
  rabbit_transient_queues_ttl: (value) => ({ transientTtlMs: Number(value) * 1000 }),
  rabbit_stream_fanout: (value) => ({ streamFanout: Boolean(value) }),
  enable_cancel_on_failover: (value) => ({ cancelOnFailover: Boolean(value) }),
  // These two are no topology: the prefetch is the listener's, the names' parts come below.
  rabbit_qos_prefetch_count: () => ({}),
  use_queue_manager: () => ({}),
  hostname: () => ({}),
  processname: () => ({}),
};

function inOurWords(options: CapturedTopology['options']): TopologyOptions {
  const translated = Object.entries(options).map(([name, value]) => {
    const word = words[name];
    if (word === undefined) throw new Error(`no word for ${name}`);
    return word(value);
  });
  const { hostname: host, processname: process } = options;
  const names = typeof host === 'string' && typeof process === 'string';
  return Object.assign({}, ...translated, names ? { queueNames: { host, process } } : {});
}

/** Without what is random, and without what is the same as nothing. */
export function comparable(operation: Operation): Operation {
  const entries = Object.entries(operation)
    .filter(([, value]) => value !== undefined && value !== null && value !== false)
    .filter(([key, value]) => key !== 'arguments' || Object.keys(value ?? {}).length > 0)
    .map(([key, value]) => [key, typeof value === 'string' ? withoutId(value) : value]);
  return Object.fromEntries(entries);
}

/** A name whose random id is replaced by `ID`. */
function withoutId(name: string): string {
  return name.replace(/_[0-9a-f]{32}$/, '_ID');
}

/** Every captured option set, of each version of oslo.messaging that was captured. */
export const capturedTopologies: readonly CapturedTopology[] = readdirSync(folder)
  .filter((file) => file.startsWith('topology-'))
  .map(read);
