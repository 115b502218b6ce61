import { connect, RPCClient, type TopologyOptions } from 'greenroom';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { type Listed, listConsumers, listQueues } from '../support/broker-listing.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { describeWithPython } from '../support/python.ts';
import { PythonClient } from '../support/python-client.ts';
import { PythonServer } from '../support/python-server.ts';
import { listen } from './listener-peer.ts';

/** What oslo.messaging 14.0.3 can be told, in its words and in ours. */
const optionSets: readonly [name: string, python: object, ours: TopologyOptions][] = [
  ['oslo.messaging’s defaults', {}, {}],
  ['durable queues', { amqp_durable_queues: true }, { durable: true }],
  ['auto-deleted queues', { amqp_auto_delete: true }, { autoDelete: true }],
  ['quorum queues', { rabbit_quorum_queue: true }, { quorum: true }],
  [
    'quorum queues with limits',
    {
      rabbit_quorum_queue: true,
      rabbit_quorum_delivery_limit: 7,
      // As 14.0.3 spells them, and as later versions do; each ignores the other's.
      rabbit_quroum_max_memory_length: 1000,
      rabbit_quroum_max_memory_bytes: 1_000_000,
      rabbit_quorum_max_memory_length: 1000,
      rabbit_quorum_max_memory_bytes: 1_000_000,
    },
    {
      quorum: true,
      quorumDeliveryLimit: 7,
      quorumMaxMemoryLength: 1000,
      quorumMaxMemoryBytes: 1_000_000,
    },
  ],
  ['a transient TTL', { rabbit_transient_queues_ttl: 30 }, { transientTtlMs: 30_000 }],
  [
    'consumers that a failover cancels',
    { enable_cancel_on_failover: true },
    { cancelOnFailover: true },
  ],
  ['mirrored queues', { rabbit_ha_queues: true }, { haQueues: true }],
];

describeWithPrivateBroker('the topology on a broker', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start();
  });
  afterAll(async () => {
    await broker.stop();
  });

  describeWithPython('shared with Python', () => {
    it.each(optionSets)(
      'is the same with %s, whoever comes first',
      async (_name, python, topology) => {
        const exchange = uniqueTopic('exchange');
        const [pythonFirst, greenroomFirst] = [uniqueTopic('first-py'), uniqueTopic('first-js')];
        const shared = { controlExchange: exchange, rabbit: { topology } };
        const transport = await connect(broker.url, shared);
        onTestFinished(() => transport.close());
        const peers = { url: broker.url, options: { oslo_messaging_rabbit: { ...python } } };

        const second = await listen({ transport, ...shared, topic: greenroomFirst });
        const [pythonServer, pythonLater, pythonClient] = await Promise.all([
          PythonServer.start({ ...peers, topic: pythonFirst, server: 'python', exchange }),
          PythonServer.start({ ...peers, topic: greenroomFirst, server: 'python', exchange }),
          PythonClient.start(peers),
        ]);
        onTestFinished(async () => {
          await Promise.all([pythonServer.stop(), pythonLater.stop(), pythonClient.stop()]);
        });
        const first = await listen({ transport, ...shared, topic: pythonFirst });

        for (const [topic, ours, theirs] of [
          [pythonFirst, first, pythonServer],
          [greenroomFirst, second, pythonLater],
        ] as const) {
          const client = new RPCClient(transport, { topic }, { timeoutMs: 20_000 });
          for (const server of ['python', 'greenroom']) {
            expect(await client.prepare({ server }).call({}, 'whoami')).toBe(server);
            expect(
              await pythonClient.call({ target: { exchange, topic, server }, method: 'whoami' }),
            ).toMatchObject({ ok: true, result: server });
          }
          const target = { exchange, topic, fanout: true };
          expect(
            await pythonClient.cast({ target, method: 'note', args: { value: 'py' } }),
          ).toMatchObject({ ok: true });
          await client.prepare({ fanout: true }).cast({}, 'note', { value: 'js' });
          expect([...(await theirs.notes(2))].sort()).toEqual(['js', 'py']);
          await expect.poll(() => [...ours.notes].sort()).toEqual(['js', 'py']);
        }

        const queues = await listQueues(broker);
        const consumers = await listConsumers(broker);
        const formOf = (name: string): object => ({ ...rowOf(queues, 'name', name), name: '' });
        const consumerOf = (name: string): object => ({
          ...rowOf(consumers, 'queue_name', name),
          queue_name: '',
          consumer_tag: '',
        });
        for (const topic of [pythonFirst, greenroomFirst]) {
          expect(formOf(`${topic}.greenroom`)).toEqual(formOf(`${topic}.python`));
          expect(formOf(topic)).toEqual(formOf(`${topic}.python`));
          expect(consumerOf(`${topic}.greenroom`)).toEqual(consumerOf(`${topic}.python`));
          const [one, other, ...more] = namesLike(queues, `${topic}_fanout_`);
          expect(more).toEqual([]);
          expect(formOf(one ?? '')).toEqual(formOf(other ?? ''));
          expect(consumerOf(one ?? '')).toEqual(consumerOf(other ?? ''));
        }
        const replyQueues = namesLike(queues, 'reply_').filter((name) => consumed(consumers, name));
        expect(replyQueues).toHaveLength(2);
        expect(formOf(replyQueues[0] ?? '')).toEqual(formOf(replyQueues[1] ?? ''));
      },
      120_000,
    );

    it('was never refused by the broker', () => {
      expect(broker.log()).not.toContain('PRECONDITION_FAILED');
    });
  });
});

function rowOf(rows: readonly Listed[], field: string, value: string): Listed {
  const row = rows.find((candidate) => candidate[field] === value);
  if (row === undefined) throw new Error(`no row with ${field} ${value}`);
  return row;
}

function namesLike(rows: readonly Listed[], prefix: string): string[] {
  return rows.map(({ name }) => String(name)).filter((name) => name.startsWith(prefix));
}

function consumed(consumers: readonly Listed[], queue: string): boolean {
  return consumers.some((consumer) => consumer['queue_name'] === queue);
}
