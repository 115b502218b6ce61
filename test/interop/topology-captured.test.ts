import {
  connect,
  RPCClient,
  type TopologyOptions,
  type TopologyPreset,
  type Transport,
  type TransportOptions,
} from 'greenroom';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Listener } from '../../src/driver/driver.ts';
import {
  type CapturedTopology,
  capturedTopologies,
  comparable,
  type Operation,
} from '../driver/captured-topology.ts';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import {
  type Listed,
  listBindings,
  listConsumers,
  listExchanges,
  listQueues,
} from '../support/broker-listing.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { listen } from './listener-peer.ts';

const newerSets: readonly [name: string, topology: TopologyOptions | TopologyPreset][] = [
  ['transient quorum queues', { transientQuorum: true }],
  ['a stream for fanouts', { transientQuorum: true, streamFanout: true }],
  ['named queues', { queueNames: { host: 'node2', process: 'agent' } }],
  ['the preset for RabbitMQ 4', 'rabbitmq4'],
];

describeWithPrivateBroker('the topology that Greenroom declares', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start();
  });
  afterAll(async () => {
    await broker.stop();
  });

  it('is on the broker what oslo.messaging was captured to declare, under every option set', async () => {
    for (const captured of capturedTopologies) await serveAndCall(captured);

    const captured = capturedTopologies.flatMap(ownOperations);
    expect(sorted(await listExchanges(broker))).toEqual(
      sorted(captured.filter(isA('exchange_declare')).map(exchangeRow)),
    );
    expect(sorted(await listQueues(broker))).toEqual(
      sorted(captured.filter(isA('queue_declare')).map(queueRow)),
    );
    expect(sorted(await listBindings(broker))).toEqual(
      sorted(captured.filter(isA('queue_bind')).map(bindingRow)),
    );
    // Not every RabbitMQ lists the consumers of streams.
    expect(sorted((await listConsumers(broker)).filter(isNoStream))).toEqual(
      sorted(captured.filter(isA('basic_consume')).filter(isNoStream).map(consumerRow)),
    );
  }, 120_000);

  it.each(newerSets)(
    'carries calls, casts and fanouts with %s, before and after a reconnection',
    async (_name, topology) => {
      const topic = uniqueTopic();
      const shared = { controlExchange: uniqueTopic('exchange'), rabbit: { topology } };
      const transport = await open(shared);
      const a = await listen({ transport, topic, server: 'a' });
      const b = await listen({ transport, topic, server: 'b' });
      const client = new RPCClient(transport, { topic }, { timeoutMs: 20_000 });
      const everyKind = async (turn: string): Promise<void> => {
        expect(await client.prepare({ server: 'a' }).call({}, 'whoami')).toBe('a');
        expect(['a', 'b']).toContain(await client.call({}, 'whoami'));
        await client.prepare({ server: 'a' }).cast({}, 'note', { value: `${turn} to a` });
        await client.prepare({ fanout: true }).cast({}, 'note', { value: `${turn} to all` });
      };

      await everyKind('first');
      await expect.poll(() => a.notes.length + b.notes.length, { timeout: 20_000 }).toBe(3);
      await broker.ctl(['close_all_connections', 'a test']);
      await everyKind('second');

      const all = ['first to all', 'second to all'];
      await expect.poll(() => b.notes, { timeout: 20_000 }).toEqual(all);
      await expect
        .poll(() => [...a.notes].sort(), { timeout: 20_000 })
        .toEqual(['first to a', 'first to all', 'second to a', 'second to all']);
      if (topology === 'rabbitmq4') {
        const queues = await listQueues(broker);
        const own = queues.filter(({ name }) => String(name).startsWith(topic));
        expect(own).toHaveLength(5);
        expect(own.map(({ durable }) => durable)).not.toContain(false);
      }
    },
    60_000,
  );

  it('reads a stream from its last chunk at first, and goes on where it was after a reconnection', async () => {
    const topic = uniqueTopic();
    const rabbit = { topology: { transientQuorum: true, streamFanout: true } };
    const { driver } = await open({ rabbit });
    const target = { topic, server: 'a' };
    const everybody = { type: 'target', target: { topic, fanout: true } } as const;
    const cast = (text: string) => driver.send(everybody, { body: Buffer.from(text) });
    // Below a runtime, which would drop what it has seen before.
    const heard = async (listener: Listener): Promise<string> => {
      const [message] = await listener.poll(1);
      message?.acknowledge();
      return Buffer.from(message?.body ?? []).toString();
    };
    const first = await driver.listen(target, { prefetch: 10 });
    for (const text of ['one', 'two', 'three']) await cast(text);
    expect([await heard(first), await heard(first), await heard(first)]).toEqual([
      'one',
      'two',
      'three',
    ]);

    const late = await driver.listen({ topic, server: 'b' }, { prefetch: 10 });
    expect(await heard(late)).toBe('three');
    await late.close();

    await broker.ctl(['close_all_connections', 'a test']);
    // Whether it is back before, between or after these, it misses none and hears none again.
    for (const text of ['four', 'five', 'six']) await cast(text);
    expect([await heard(first), await heard(first), await heard(first)]).toEqual([
      'four',
      'five',
      'six',
    ]);

    // A stream that is made anew counts from 0 again.
    await broker.ctl(['delete_queue', `${topic}_fanout`]);
    await expect.poll(() => namesOfQueues(), { timeout: 30_000 }).toContain(`${topic}_fanout`);
    await cast('seven');
    expect(await heard(first)).toBe('seven');
  }, 90_000);

  async function open(options: TransportOptions): Promise<Transport> {
    const transport = await connect(broker.url, options);
    onTestFinished(() => transport.close());
    return transport;
  }

  async function namesOfQueues(): Promise<unknown[]> {
    return (await listQueues(broker)).map(({ name }) => name);
  }

  async function serveAndCall({ exchange, topic, ours }: CapturedTopology): Promise<void> {
    const transport = await open({ controlExchange: exchange, rabbit: { topology: ours } });
    await listen({ transport, topic, server: 'h1' });
    const client = new RPCClient(transport, { topic });
    expect(await client.call({}, 'whoami')).toBe('h1');
  }
});

const isA = (op: string) => (operation: Operation) => operation['op'] === op;

const isNoStream = ({ arguments: args }: Operation): boolean =>
  !Object.hasOwn(Object(args), 'x-stream-offset');

/** What the server and the client of a capture did, without its notifications. */
function ownOperations({ operations, topic }: CapturedTopology): readonly Operation[] {
  const isOwn = (name: unknown): boolean =>
    typeof name !== 'string' || name.startsWith(topic) || name.startsWith('reply_');
  const own = operations.filter(({ queue }) => isOwn(queue));
  // Declared and bound again before each use, they are there once.
  const seen = new Set<string>();
  return own.filter((operation) => {
    const key = JSON.stringify(operation);
    return !seen.has(key) && seen.add(key);
  });
}

const exchangeRow = ({ exchange, type, durable, auto_delete }: Operation): Listed =>
  comparable({ name: exchange, type, durable, auto_delete });
const queueRow = ({ queue, durable, auto_delete, arguments: args }: Operation): Listed =>
  comparable({ name: queue, durable, auto_delete, arguments: args });
const bindingRow = ({ exchange, queue, routing_key }: Operation): Listed =>
  comparable({ source_name: exchange, destination_name: queue, routing_key });
const consumerRow = ({ queue, consumer_tag, arguments: args }: Operation): Listed =>
  comparable({ queue_name: queue, consumer_tag, ack_required: true, arguments: args });

/** Rows in an order of their own, in the form that captures have. */
function sorted(rows: readonly Listed[]): readonly Listed[] {
  const key = ({ arguments: args, ...row }: Listed): string =>
    JSON.stringify([...Object.entries(row), ...Object.entries(args ?? {})].sort());
  return rows.map(comparable).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
