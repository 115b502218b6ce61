import { expect, it, onTestFinished } from 'vitest';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { Ledger } from './ledger.ts';
import { looksAtConsumers } from './looks-at-consumers.ts';
import { openClient, serve } from './serve.ts';

describeWithPrivateBroker('a quorum queue whose leader is out of reach', () => {
  it('is waited for by its idle consumer, though the broker counts none, and served when it is back', async () => {
    const broker = await PrivateBroker.start();
    onTestFinished(() => broker.stop());
    const [ledger, topic] = [new Ledger(), uniqueTopic()];
    const rabbit = { topology: { quorum: true, transientQuorum: true }, consumerCheckMs: 100 };
    const rpc = { acknowledge: 'on-reply' } as const;
    const server = await serve({ url: broker.url, topic, ledger, rabbit, rpc });
    const client = await openClient(broker.url, topic, { rabbit: { topology: rabbit.topology } });
    await ledger.send((id) => client.call({}, 'work', { id }));

    const name = `%2F_${topic}.one`; // The member of the server's own queue, as RabbitMQ names it.
    const member = `{'${name}', node()}`;
    await broker.ctl(['eval', `ok = ra:stop_server(quorum_queues, ${member}).`]);
    const counted = ['list_queues', 'name', 'consumers', '--no-table-headers'];
    expect(await broker.ctl(counted)).toMatch(new RegExp(`${topic}\\.one\\s+0`));
    await looksAtConsumers();
    expect(server.lost('listen')).toBe(0);

    await broker.ctl(['eval', `ok = ra:restart_server(quorum_queues, ${member}).`]);
    const direct = client.prepare({ server: 'one' });
    await ledger.send((id) => direct.call({}, 'work', { id }));
    expect(ledger.account).toMatchObject({ confirmed: 2, lost: 0 });
    expect(server.lost('listen')).toBe(0);
  }, 120_000);
});
