import { connect, InvalidOptionError, RPCClient } from 'greenroom';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { PrivateBroker } from '../support/private-broker.ts';

describeWithPrivateBroker('[retry] of a client', () => {
  it('is how many attempts to connect a message waits for while the broker is away', async () => {
    const broker = await PrivateBroker.start();
    onTestFinished(() => broker.stop());
    const transport = await connect(broker.url);
    onTestFinished(() => transport.close());
    const client = new RPCClient(transport, { topic: uniqueTopic() }, { timeoutMs: 120_000 });
    await client.cast({}, 'note');
    await broker.kill();

    // Neither waits for its two minutes.
    const unreachable = { code: 'ERR_GREENROOM_DELIVERY_FAILURE' };
    await expect(client.prepare({ retry: 0 }).cast({}, 'note')).rejects.toMatchObject(unreachable);
    await expect(client.prepare({ retry: 2 }).call({}, 'note')).rejects.toMatchObject(unreachable);

    const patient = client.cast({}, 'note');
    await broker.restart();
    await patient;
  }, 120_000);

  it('is a whole number of at least -1', async () => {
    const transport = await connect('memory://');
    onTestFinished(() => transport.close());
    expect(() => new RPCClient(transport, { topic: 't' }, { retry: 1.5 })).toThrow(
      InvalidOptionError,
    );
  });
});
