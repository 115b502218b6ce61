import { expect, it, onTestFinished } from 'vitest';
import { connect, RPCClient } from '../../src/index.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { openRawChannel } from '../support/raw-channel.ts';

it.each([
  ['json', 'application/json', 'utf-8'],
  ['msgpack', 'application/msgpack', 'binary'],
] as const)('%s is sent as %s, with the encoding %s', async (format, type, encoding) => {
  await using raw = await openRawChannel();
  await using transport = await connect(await brokerUrl());
  const topic = uniqueTopic();
  // Declares the queue, and lets go of it.
  const listener = await transport.driver.listen({ topic, server: 'server-1' }, { prefetch: 1 });
  await listener.stop();
  onTestFinished(() => listener.close());

  await new RPCClient(transport, { topic }).cast({}, 'note', {}, { format });

  const message = await raw.channel.get(topic, { noAck: true });
  expect(message).toMatchObject({
    properties: { contentType: type, contentEncoding: encoding, headers: {} },
  });
});
