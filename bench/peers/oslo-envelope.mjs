import { randomUUID } from 'node:crypto';

const properties = {
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  deliveryMode: 2,
  priority: 0,
  headers: {},
};

/** What oslo.messaging sends: JSON in JSON, which says where the reply goes and what it answers. */
export const osloEnvelope = {
  /** RabbitMQ fills in a direct reply-to in a property only, and oslo.messaging's is in the body. */
  replyQueue: async (channel) => {
    const { queue } = await channel.assertQueue(`reply_${newId()}`, {
      durable: false,
      arguments: { 'x-expires': 60_000 },
    });
    return queue;
  },

  sealRequest: ({ method, args, id, replyTo }) => ({
    body: seal({
      method,
      args,
      ...(id !== undefined && { _msg_id: id, _reply_q: replyTo, _timeout: null }),
      _unique_id: newId(),
    }),
    properties,
  }),

  openRequest: ({ content }) => {
    const { method, args, _msg_id: id, _reply_q: replyTo } = open(content);
    return { method, args, id, replyTo };
  },

  sealReply: ({ id, result }) => ({
    body: seal({ result, failure: null, ending: true, _msg_id: id, _unique_id: newId() }),
    properties,
  }),

  openReply: ({ content }) => {
    const { _msg_id: id, result } = open(content);
    return { id, result };
  },
};

function seal(message) {
  const envelope = { 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) };
  return Buffer.from(JSON.stringify(envelope));
}

function open(content) {
  return JSON.parse(JSON.parse(content.toString())['oslo.message']);
}

function newId() {
  return randomUUID().replaceAll('-', '');
}
