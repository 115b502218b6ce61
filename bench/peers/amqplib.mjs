// RPC as one writes it by hand on amqplib: the reference. One connection and channel, `noDelay`, every
// message acknowledged when its reply is written, replies by RabbitMQ's direct reply-to or, with
// oslo.messaging's envelope, to a queue. No time-outs, no recovery, and confirms for casts only.
import { connect } from 'amqplib';
import { methods } from './methods.mjs';
import { osloEnvelope } from './oslo-envelope.mjs';
import { plainEnvelope } from './plain-envelope.mjs';

const envelopes = { plain: plainEnvelope, oslo: osloEnvelope };

/** @param {{ amqpUrl: string, topic: string, topics: number, envelope: 'plain' | 'oslo' }} options */
export async function startServer({ amqpUrl, topic, topics, envelope }) {
  const { openRequest, sealReply } = envelopes[envelope];
  const connection = await connect(amqpUrl, { noDelay: true });
  const channel = await connection.createChannel();
  const serve = async (message) => {
    const { method, args, id, replyTo } = openRequest(message);
    const result = await methods[method](args);
    if (replyTo !== undefined) {
      const { body, properties } = sealReply({ id, result });
      channel.sendToQueue(replyTo, body, properties);
    }
    channel.ack(message);
  };
  for (let index = 0; index < topics; index += 1) {
    const queue = queueOf(topic, index);
    await channel.assertQueue(queue, { durable: false, autoDelete: true });
    // Whoever writes this by hand lets a failure end the process.
    await channel.consume(queue, (message) => void serve(message));
  }
  return { stop: () => connection.close() };
}

/** @param {{ amqpUrl: string, topic: string, envelope: 'plain' | 'oslo' }} options */
export async function openClient({ amqpUrl, topic, envelope }) {
  const { sealRequest, openReply, replyQueue } = envelopes[envelope];
  const connection = await connect(amqpUrl, { noDelay: true });
  const channel = await connection.createChannel();
  const casting = await connection.createConfirmChannel();
  const waiting = new Map();
  const replyTo = await replyQueue(channel);
  const onReply = (message) => {
    const { id, result } = openReply(message);
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  await channel.consume(replyTo, onReply, { noAck: true });
  let calls = 0;
  const call = (method, args, index) =>
    new Promise((resolve) => {
      calls += 1;
      const id = String(calls);
      waiting.set(id, resolve);
      const { body, properties } = sealRequest({ method, args, id, replyTo });
      channel.sendToQueue(queueOf(topic, index), body, properties);
    });
  return {
    call,
    ping: () => call('ping', {}, 0),
    cast: (method, args) =>
      new Promise((resolve, reject) => {
        const { body, properties } = sealRequest({ method, args });
        casting.sendToQueue(queueOf(topic, 0), body, properties, (error) =>
          error ? reject(error) : resolve(),
        );
      }),
    close: () => connection.close(),
  };
}

function queueOf(topic, index) {
  return `${topic}.${index}`;
}
