import { describe, expect, it } from 'vitest';
import {
  type ConsumerDeclaration,
  type ExchangeDeclaration,
  type QueueDeclaration,
  Topology,
} from '../../src/driver/rabbit/topology.ts';
import { resolveTopologyOptions } from '../../src/driver/rabbit/topology-options.ts';
import { capturedTopologies, comparable, type Operation } from './captured-topology.ts';

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

const isPublish = ({ op }: Operation): boolean => op === '_basic_publish';

describe('Topology', () => {
  it.each(capturedTopologies)('is the one that oslo.messaging declares in $file', (captured) => {
    const { operations: wanted, exchange: controlExchange, topic } = captured;
    const topology = new Topology(controlExchange, resolveTopologyOptions(captured.ours));
    const target = { topic, server: 'h1' };
    const subscriptions = topology.subscriptions(target);
    const replies = topology.replies();
    const ours = [
      ...subscriptions.flatMap((of) => [
        ...of.bindings.map((binding) => exchange(binding.exchange)),
        queue(of.queue),
        ...of.bindings.map((binding) => ({
          op: 'queue_bind',
          queue: of.queue.name,
          exchange: binding.exchange.name,
          routing_key: binding.key,
        })),
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

  it.each(capturedTopologies)('declares for a notification what $file has', (captured) => {
    const { operations: wanted, exchange: controlExchange } = captured;
    const topology = new Topology(controlExchange, resolveTopologyOptions(captured.ours));
    const name = String(
      wanted.find((of) => of['op'] === 'queue_declare' && String(of['queue']).endsWith('.info'))?.[
        'queue'
      ],
    );
    const route = topology.routeToNotification({ topic: name.replace('.info', '') }, 'info');
    if (route.exchange === undefined || route.queue === undefined) throw new Error('undeclared');
    const published = wanted.findIndex((of) => of['routing_key'] === name && isPublish(of));
    const declared = [
      exchange(route.exchange),
      queue(route.queue),
      { op: 'queue_bind', queue: name, exchange: controlExchange, routing_key: name },
    ].map(comparable);
    expect(wanted.slice(0, published)).toEqual(expect.arrayContaining(declared));
    expect(route.routingKey).toBe(name);
  });

  it('refuses what oslo.messaging refuses', () => {
    expect(() => resolveTopologyOptions({ haQueues: true, quorum: true })).toThrow(/haQueues/);
    expect(() => resolveTopologyOptions({ streamFanout: true })).toThrow(/transientQuorum/);
  });
});
