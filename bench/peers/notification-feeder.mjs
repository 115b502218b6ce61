// Fills the queue of a topic with notifications, the same for every listener, as oslo.messaging sends them.
import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';
import { declareNotificationQueue } from './notification-queue.mjs';

const properties = {
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  deliveryMode: 2,
  priority: 0,
  headers: {},
};
const atOnce = 1_000;

/** @param {{ amqpUrl: string, topic: string }} options */
export async function openClient({ amqpUrl, topic }) {
  const connection = await connect(amqpUrl, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  const { queue, publish, waiting } = await declareNotificationQueue(channel, topic);
  return {
    /** Puts in as many as go in within that time. */
    fill: async (text, forMs) => {
      const sealed = sealer(text);
      for (const endAt = performance.now() + forMs; performance.now() < endAt; ) {
        for (let sent = 0; sent < atOnce; sent += 1) {
          publish(sealed(), properties);
        }
        await channel.waitForConfirms();
      }
    },
    /** How many wait still. */
    left: waiting,
    close: async () => {
      await channel.deleteQueue(queue);
      await connection.close();
    },
  };
}

/** Makes bodies that differ in their ids only: all else is written once, so that the queue fills fast. */
function sealer(text) {
  const [head, middle, tail] = seal(text, { messageId: '<1>', uniqueId: '<2>' }).split(/<[12]>/);
  return () => Buffer.from(`${head}${randomUUID()}${middle}${newId()}${tail}`);
}

function seal(text, { messageId, uniqueId }) {
  const message = {
    message_id: messageId,
    publisher_id: 'bench.host1',
    event_type: 'bench.event',
    priority: 'INFO',
    payload: { text },
    timestamp: '2026-11-22 22:53:06.794170',
    _unique_id: uniqueId,
  };
  const envelope = { 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) };
  return JSON.stringify(envelope);
}

function newId() {
  return randomUUID().replaceAll('-', '');
}
