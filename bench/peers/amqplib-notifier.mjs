// A notifier as one writes it by hand on amqplib: the reference. Plain JSON on a channel with confirms,
// which are not waited for one by one; no time-outs, no recovery.
import { connect } from 'amqplib';
import { declareNotificationQueue } from './notification-queue.mjs';

/** @param {{ amqpUrl: string, topic: string }} options */
export async function openClient({ amqpUrl, topic }) {
  const connection = await connect(amqpUrl, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const { publish, waiting } = await declareNotificationQueue(channel, topic);
  return {
    notify: (payload) =>
      new Promise((resolve, reject) => {
        const body = Buffer.from(JSON.stringify({ eventType: 'bench.event', payload }));
        publish(body, {}, (error) => (error ? reject(error) : resolve()));
      }),
    waiting,
    close: () => connection.close(),
  };
}
