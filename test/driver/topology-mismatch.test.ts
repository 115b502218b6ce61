import amqplib, { type Channel } from 'amqplib';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  connect,
  MessageDeliveryFailure,
  type RabbitOptions,
  RPCClient,
  Runtime,
  ServerListenError,
  type TopologyOptions,
} from '../../src/index.ts';
import { amqpUrl, brokerUrl, uniqueTopic } from '../support/broker.ts';

interface Case {
  readonly name: string;
  /** What is there, with the names that `listen` will use. */
  readonly there: (channel: Channel, topic: string, exchange: string) => Promise<unknown>;
  readonly topology: TopologyOptions;
  readonly text: string;
}

const cases: readonly Case[] = [
  {
    name: 'a durable queue that we declare transient',
    there: (channel, topic) => channel.assertQueue(topic, { durable: true }),
    topology: {},
    text: 'queue TOPIC exists with durable=true, we declare durable=false: set rabbit.topology.durable or rabbit.topology.quorum to true, as its other users have it',
  },
  {
    name: 'a transient queue that we declare durable',
    there: (channel, topic) => channel.assertQueue(topic, { durable: false }),
    topology: { durable: true },
    text: 'queue TOPIC exists with durable=false, we declare durable=true: set rabbit.topology.durable and rabbit.topology.quorum to false, as its other users have it',
  },
  {
    name: 'a transient exchange that we declare durable',
    there: (channel, _topic, exchange) =>
      channel.assertExchange(exchange, 'topic', { durable: false }),
    topology: { durable: true },
    text: 'exchange EXCHANGE exists with durable=false, we declare durable=true: set rabbit.topology.durable and rabbit.topology.quorum to false',
  },
  {
    name: 'an exchange of another type',
    there: (channel, _topic, exchange) =>
      channel.assertExchange(exchange, 'direct', { durable: false }),
    topology: {},
    text: 'exchange EXCHANGE exists with type=direct, we declare type=topic: no option of ours makes them agree',
  },
  {
    name: 'a queue that is not deleted with its last user',
    there: (channel, topic) => channel.assertQueue(topic, { durable: false }),
    topology: { autoDelete: true },
    text: 'queue TOPIC exists with auto_delete=false, we declare auto_delete=true: set rabbit.topology.autoDelete to false',
  },
  {
    name: 'a classic queue that we declare as a quorum queue',
    there: (channel, topic) => channel.assertQueue(topic, { durable: true }),
    topology: { quorum: true },
    text: 'queue TOPIC exists with x-queue-type=classic, we declare x-queue-type=quorum: set rabbit.topology.quorum to false',
  },
  {
    name: 'a quorum queue that we declare as a classic one',
    there: (channel, topic) =>
      channel.assertQueue(topic, { arguments: { 'x-queue-type': 'quorum' } }),
    topology: { durable: true },
    text: 'queue TOPIC exists with x-queue-type=quorum, we declare x-queue-type=classic: set rabbit.topology.quorum to true',
  },
  {
    name: 'another delivery limit',
    there: (channel, topic) =>
      channel.assertQueue(topic, {
        arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 5 },
      }),
    topology: { quorum: true, quorumDeliveryLimit: 6 },
    text: 'queue TOPIC exists with x-delivery-limit=5, we declare x-delivery-limit=6: set rabbit.topology.quorumDeliveryLimit to 5',
  },
  {
    name: 'a fanout exchange of peers without transient quorum queues',
    there: (channel, topic) =>
      channel.assertExchange(`${topic}_fanout`, 'fanout', { durable: false, autoDelete: true }),
    topology: { transientQuorum: true },
    text: 'exchange TOPIC_fanout exists with durable=false, we declare durable=true: set rabbit.topology.transientQuorum to false',
  },
  {
    name: 'a stream that keeps casts for another time',
    there: (channel, topic) =>
      channel.assertQueue(`${topic}_fanout`, {
        arguments: { 'x-queue-type': 'stream', 'x-max-age': '30s' },
      }),
    topology: { transientQuorum: true, streamFanout: true },
    // The age itself is told as `30s`, and from RabbitMQ 4 on in milliseconds.
    text: 'set rabbit.topology.transientTtlMs to 30000, as its other users have it',
  },
];

describe('a server', () => {
  it.each(cases)('that finds $name is told the difference, and leaves it as it is', async (of) => {
    const [topic, exchange] = [uniqueTopic(), uniqueTopic('exchange')];
    const channel = await openChannel();
    await of.there(channel, topic, exchange);
    const runtime = await makeRuntime(topic, exchange, { topology: of.topology });

    const starting = runtime.start();

    await expect(starting).rejects.toThrow(ServerListenError);
    const text = of.text.replaceAll('TOPIC', topic).replaceAll('EXCHANGE', exchange);
    await expect(starting).rejects.toThrow(text);
    // Declared as it was, it is still the same: else this would be refused.
    await of.there(channel, topic, exchange);
  });

  it('is told the broker’s own words where they are no difference', async () => {
    const topic = uniqueTopic();
    const channel = await openChannel();
    await channel.assertQueue(topic, { exclusive: true, durable: false });
    const runtime = await makeRuntime(topic, uniqueTopic('exchange'), {});
    await expect(runtime.start()).rejects.toThrow(/RESOURCE_LOCKED/);
  });
});

describe('a client', () => {
  it.each([
    [false, true],
    [true, false],
  ])('that finds an exchange with durable=%s and wants %s is told so', async (is, wanted) => {
    const exchange = uniqueTopic('exchange');
    const channel = await openChannel();
    await channel.assertExchange(exchange, 'topic', { durable: is });
    const { client } = await openClient(exchange, { topology: { durable: wanted } });

    const cast = client.cast({}, 'note');

    await expect(cast).rejects.toThrow(MessageDeliveryFailure);
    await expect(cast).rejects.toThrow(
      `the broker refused: exchange ${exchange} exists with durable=${is}, we declare durable=${wanted}: set rabbit.topology.durable ${is ? 'or' : 'and'} rabbit.topology.quorum to ${is}`,
    );
    // The refusal is no end: the exchange may be replaced by one that agrees.
    await channel.deleteExchange(exchange);
    await client.cast({}, 'note');
  });

  it('goes on with its other messages when one exchange is refused', async () => {
    const exchange = uniqueTopic('exchange');
    const channel = await openChannel();
    await channel.assertExchange(exchange, 'topic', { durable: true });
    const { client, log } = await openClient(uniqueTopic('exchange'), {});
    await client.cast({}, 'note');

    const bad = client.prepare({ exchange });
    const casts = Array.from({ length: 20 }, () => client.cast({}, 'note'));
    await expect(bad.cast({}, 'note')).rejects.toThrow('durable=true');
    await Promise.all(casts);

    expect(log).toEqual([]);
  });
});

async function makeRuntime(
  topic: string,
  controlExchange: string,
  rabbit: RabbitOptions,
): Promise<Runtime> {
  const runtime = new Runtime({
    transport: await brokerUrl(),
    controlExchange,
    rabbit,
    rpc: { target: { topic, server: 'one' }, endpoints: { note() {} } },
    signals: false,
    executor: 'async',
  });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  return runtime;
}

async function openClient(controlExchange: string, rabbit: RabbitOptions) {
  const lines: string[] = [];
  const keep = (_fields: object, message: string): void => {
    lines.push(message);
  };
  const transport = await connect(await brokerUrl(), {
    controlExchange,
    rabbit,
    log: { debug: keep, info: keep, warn: keep, error: keep },
  });
  onTestFinished(() => transport.close());
  return { client: new RPCClient(transport, { topic: uniqueTopic() }), log: lines };
}

/** A channel that asks the broker nothing again when it was refused. */
async function openChannel(): Promise<Channel> {
  const connection = await amqplib.connect(await amqpUrl());
  onTestFinished(() => connection.close());
  return await connection.createChannel();
}
