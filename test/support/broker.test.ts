import amqplib from 'amqplib';
import { describe, expect, it } from 'vitest';
import { amqpUrl, brokerUrl, describeWithPrivateBroker, uniqueTopic } from './broker.ts';
import { PrivateBroker } from './private-broker.ts';

describe('brokerUrl', () => {
  it('is where a RabbitMQ answers', { timeout: 120_000 }, async () => {
    expect(await brokerUrl()).toMatch(/^(rabbit|amqps):\/\//);
    const connection = await amqplib.connect(await amqpUrl());
    try {
      const channel = await connection.createConfirmChannel();
      const { queue } = await channel.assertQueue(uniqueTopic(), { exclusive: true });
      channel.sendToQueue(queue, Buffer.from('hello'));
      await channel.waitForConfirms();
      const message = await channel.get(queue, { noAck: true });
      expect(message && `${message.content}`).toBe('hello');
    } finally {
      await connection.close();
    }
  });
});

describeWithPrivateBroker('PrivateBroker', () => {
  it('keeps its port and its durable queues when it is restarted and when it is killed', async () => {
    const broker = await PrivateBroker.start();
    try {
      const queue = uniqueTopic();
      await withChannel(broker.amqpUrl, (channel) => channel.assertQueue(queue));
      // In order first: what was declared a moment before a kill may not be on disk yet.
      await broker.restart();
      await withChannel(broker.amqpUrl, (channel) => channel.checkQueue(queue));
      await broker.kill();
      expect(broker.pid).toBeUndefined();
      await expect(amqplib.connect(broker.amqpUrl)).rejects.toThrow('ECONNREFUSED');
      await broker.restart();
      await withChannel(broker.amqpUrl, (channel) => channel.checkQueue(queue));
      expect(await broker.ctl(['list_queues', 'name', '--no-table-headers'])).toContain(queue);
    } finally {
      await broker.stop();
    }
    expect(broker.pid).toBeUndefined();
  }, 120_000);
});

async function withChannel(
  url: string,
  use: (channel: amqplib.Channel) => Promise<unknown>,
): Promise<void> {
  const connection = await amqplib.connect(url);
  try {
    await use(await connection.createChannel());
  } finally {
    await connection.close();
  }
}
