const exchange = 'openstack';

/** As oslo.messaging names it. @param {string} topic */
export function notificationQueue(topic) {
  return `${topic}.0.info`;
}

/**
 * Declares the queue of a topic as oslo.messaging does it.
 *
 * @param {import('amqplib').Channel} channel
 * @param {string} topic
 * @returns How to publish to it, and how many wait in it.
 */
export async function declareNotificationQueue(channel, topic) {
  const queue = notificationQueue(topic);
  await channel.assertExchange(exchange, 'topic', { durable: false });
  await channel.assertQueue(queue, { durable: false });
  await channel.bindQueue(queue, exchange, queue);
  return {
    queue,
    publish: (body, properties, onConfirm) =>
      channel.publish(exchange, queue, body, properties, onConfirm),
    waiting: async () => (await channel.checkQueue(queue)).messageCount,
  };
}
