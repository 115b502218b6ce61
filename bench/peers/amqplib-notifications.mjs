// A listener as one writes it by hand on amqplib: the reference. Every notification is read and acknowledged.
import { connect } from 'amqplib';
import { notificationQueue } from './notification-queue.mjs';

const prefetch = 100;

/** @param {{ amqpUrl: string, topic: string }} options */
export async function startListener({ amqpUrl, topic }) {
  let handled = 0;
  const endpoint = (payload) => {
    if (typeof payload.text !== 'string') throw new Error('that is no payload');
    handled += 1;
  };
  const connection = await connect(amqpUrl, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.prefetch(prefetch);
  await channel.consume(notificationQueue(topic), (message) => {
    const { 'oslo.message': text } = JSON.parse(message.content.toString());
    endpoint(JSON.parse(text).payload);
    channel.ack(message);
  });
  return { handled: () => handled, stop: () => connection.close() };
}
