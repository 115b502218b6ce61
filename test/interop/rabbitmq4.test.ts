import { connect, MessageDeliveryFailure, RPCClient } from 'greenroom';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { uniqueTopic } from '../support/broker.ts';
import { listQueues } from '../support/broker-listing.ts';
import { brokerMajorVersion } from '../support/broker-version.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { listen } from './listener-peer.ts';

const isOld = brokerMajorVersion() < 4;
const name = 'a RabbitMQ 4 that permits no transient non-exclusive queues';

describe.skipIf(isOld)(isOld ? `${name} (skipped: this is an older one)` : name, () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    const config = ['deprecated_features.permit.transient_nonexcl_queues = false'];
    broker = await PrivateBroker.start({ config });
  });
  afterAll(async () => {
    await broker.stop();
  });

  it('is served under the preset', async () => {
    const topic = uniqueTopic();
    const transport = await connect(broker.url, { rabbit: { topology: 'rabbitmq4' } });
    onTestFinished(() => transport.close());
    const peer = await listen({ transport, topic });
    const client = new RPCClient(transport, { topic });

    expect(await client.call({}, 'whoami')).toBe('greenroom');
    await client.prepare({ fanout: true }).cast({}, 'note', { value: 'all' });
    await expect.poll(() => peer.notes).toEqual(['all']);
    expect((await listQueues(broker)).map(({ durable }) => durable)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('refuses the default topology at once, and the error says what to set', async () => {
    const transport = await connect(broker.url, { controlExchange: uniqueTopic('exchange') });
    onTestFinished(() => transport.close());
    await expect(listen({ transport, topic: uniqueTopic() })).rejects.toThrow(
      /transient_nonexcl_queues.*: set rabbit\.topology to 'rabbitmq4'/,
    );
    const client = new RPCClient(transport, { topic: uniqueTopic() });
    await expect(client.call({}, 'whoami')).rejects.toThrow(MessageDeliveryFailure);
  });
});
