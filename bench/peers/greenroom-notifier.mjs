import { connect as connectAmqplib } from 'amqplib';
import { connect, Notifier } from '../../dist/index.js';
import { notificationQueue } from './notification-queue.mjs';

/**
 * Everything at its default, and a failure is one.
 *
 * @param {{ osloUrl: string, amqpUrl: string, topic: string }} options
 */
export async function openClient({ osloUrl, amqpUrl, topic }) {
  const transport = await connect(osloUrl);
  const notifier = new Notifier(transport, {
    driver: 'messagingv2',
    publisherId: 'bench.host1',
    topics: [`${topic}.0`],
    throwOnFailure: true,
  });
  return {
    notify: (payload) => notifier.info({}, 'bench.event', payload),
    waiting: () => waitingIn(notificationQueue(topic), amqpUrl),
    close: () => transport.close(),
  };
}

async function waitingIn(queue, amqpUrl) {
  const connection = await connectAmqplib(amqpUrl, { noDelay: true });
  const channel = await connection.createChannel();
  const { messageCount } = await channel.checkQueue(queue);
  await connection.close();
  return messageCount;
}
