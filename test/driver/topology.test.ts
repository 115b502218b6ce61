import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ConsumerDeclaration,
  type ExchangeDeclaration,
  type QueueDeclaration,
  Topology,
} from '../../src/driver/rabbit/topology.ts';
import {
  resolveTopologyOptions,
  type TopologyOptions,
} from '../../src/driver/rabbit/topology-options.ts';

type Operation = Readonly<Record<string, unknown>>;

/** What oslo.messaging was seen to do under a set of options; `fixtures/topology-*.json`. */
interface Capture {
  readonly options: Readonly<Record<string, unknown>>;
  readonly operations: readonly Operation[];
}

const folder = new URL('../fixtures/', import.meta.url);
const captures = readdirSync(folder)
  .filter((file) => file.startsWith('topology-'))
  .map((file): [string, Capture] => [
    file,
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Capture,
  ]);

/** oslo.messaging's options in our words. */
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

function ourOptions(options: Capture['options']): TopologyOptions {
  const translated = Object.entries(options).map(([name, value]) => {
    const word = words[name];
    if (word === undefined) throw new Error(`no word for ${name}`);
    return word(value);
  });
  const { hostname: host, processname: process } = options;
  const names = typeof host === 'string' && typeof process === 'string';
  return Object.assign({}, ...translated, names ? { queueNames: { host, process } } : {});
}

const exchange = (of: ExchangeDeclaration): Operation => ({
  op: 'exchange_declare',
  exchange: of.name,
  type: of.type,
  durable: of.durable,
  auto_delete: of.autoDelete,
});
const queue = (of: QueueDeclaration): Operation => ({
  op: 'queue_declare',
  queue: of.name,
  durable: of.durable,
  auto_delete: of.autoDelete,
  exclusive: false,
  arguments: of.arguments,
});
const consume = (of: QueueDeclaration, by: ConsumerDeclaration): Operation => ({
  op: 'basic_consume',
  queue: of.name,
  consumer_tag: by.tag,
  arguments: by.arguments,
});

/** Without what is random, and without what is the same as nothing. */
function comparable(operation: Operation): Operation {
  const entries = Object.entries(operation)
    .filter(([, value]) => value !== null && value !== false)
    .filter(([key, value]) => key !== 'arguments' || Object.keys(value ?? {}).length > 0)
    .map(([key, value]) => [
      key,
      typeof value === 'string' ? value.replace(/_[0-9a-f]{32}$/, '_ID') : value,
    ]);
  return Object.fromEntries(entries);
}

describe('Topology', () => {
  it.each(captures)('is the one that oslo.messaging declares in %s', (_file, capture) => {
    const wanted = capture.operations.map(comparable);
    const [controlExchange, topic] = [wanted, wanted].map((all, index) =>
      String(
        index === 0
          ? all.find(({ op }) => op === 'exchange_declare')?.['exchange']
          : all.find(({ op }) => op === 'queue_declare')?.['queue'],
      ),
    );
    const options = resolveTopologyOptions(ourOptions(capture.options));
    const topology = new Topology(controlExchange ?? '', options);

    const target = { topic: topic ?? '', server: 'h1' };
    const subscriptions = topology.subscriptions(target);
    const replies = topology.replies();
    const ours = [
      ...subscriptions.flatMap((of) => [
        exchange(of.exchange),
        queue(of.queue),
        {
          op: 'queue_bind',
          queue: of.queue.name,
          exchange: of.exchange.name,
          routing_key: of.bindingKey,
        },
      ]),
      ...subscriptions.map((of) => consume(of.queue, of.consumer)),
      queue(replies.queue),
      consume(replies.queue, replies.consumer),
    ].map(comparable);

    const beforeFirstPublish = wanted
      .slice(0, wanted.findIndex(({ op }) => op === 'confirm_select') - 1)
      .filter(({ op }) => op !== 'basic_qos');
    expect(ours).toEqual(beforeFirstPublish);

    const publishes = wanted
      .filter(({ op }) => op === '_basic_publish')
      .map(({ exchange, routing_key }) => [exchange ?? '', routing_key ?? '']);
    const call = topology.routeToTarget(target);
    expect(publishes).toContainEqual([call.exchange?.name, topic]);
    const fanout = topology.routeToTarget({ topic: target.topic, fanout: true });
    expect(publishes).toContainEqual([fanout.exchange?.name, '']);
    expect(wanted).toContainEqual(comparable(exchange(fanout.exchange as ExchangeDeclaration)));

    const deleted = wanted.filter(({ op }) => op === 'queue_delete').map((of) => of['queue']);
    const owned = subscriptions.filter(({ ownedByServer }) => ownedByServer);
    expect(owned.map((of) => comparable(queue(of.queue))['queue'])).toEqual(deleted);
  });

  it('refuses what oslo.messaging refuses', () => {
    expect(() => resolveTopologyOptions({ haQueues: true, quorum: true })).toThrow(/haQueues/);
    expect(() => resolveTopologyOptions({ streamFanout: true })).toThrow(/transientQuorum/);
  });
});
