/** The least that there can be: a body of JSON, and AMQP's own properties for the rest. */
export const plainEnvelope = {
  /** RabbitMQ's direct reply-to: a reply goes to the caller's channel, and there is no queue. */
  replyQueue: async () => 'amq.rabbitmq.reply-to',

  sealRequest: ({ method, args, id, replyTo }) => ({
    body: Buffer.from(JSON.stringify({ method, args })),
    properties: { correlationId: id, replyTo },
  }),

  openRequest: ({ content, properties }) => ({
    ...JSON.parse(content.toString()),
    id: properties.correlationId,
    replyTo: properties.replyTo,
  }),

  sealReply: ({ id, result }) => ({
    body: Buffer.from(JSON.stringify({ result })),
    properties: { correlationId: id },
  }),

  openReply: ({ content, properties }) => ({
    id: properties.correlationId,
    result: JSON.parse(content.toString()).result,
  }),
};
