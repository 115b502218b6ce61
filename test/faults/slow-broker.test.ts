import { describe, expect, it } from 'vitest';
import { outgoing, takeTexts, textOf } from '../driver/conformance/stage.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { openRawChannel } from '../support/raw-channel.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { looksAtConsumers } from './looks-at-consumers.ts';
import { openClient, openTransport } from './serve.ts';

describe('a broker that is slow to confirm a consumer', () => {
  it('gets it back from a listener that is stopped meanwhile, with what it has delivered', async () => {
    const proxy = await FaultProxy.open(await brokerUrl());
    const topic = uniqueTopic();
    const target = { topic, server: 'one' };
    const { driver } = await openTransport(proxy.url, { rabbit: { consumerCheckMs: 100 } });
    const listener = await driver.listen(target, { prefetch: 10 });
    const { driver: other } = await openTransport(await brokerUrl());
    await using raw = await openRawChannel();
    proxy.hold('basic.consume-ok');
    proxy.reset();
    await expect.poll(() => proxy.held).toBeGreaterThan(0);
    // The broker has begun to deliver; only the listener does not know.
    await other.send({ type: 'target', target: { topic } }, outgoing('early'));
    const returned: string[] = [];
    const stopped = listener.stop((message) => returned.push(textOf(message)));
    proxy.release();
    expect(await stopped).toBe(1);
    expect(returned).toEqual(['early']);
    expect(await listener.poll(1)).toEqual([]);

    await expect.poll(() => raw.channel.checkQueue(topic)).toMatchObject({ consumerCount: 0 });
    const second = await other.listen({ topic, server: 'two' }, { prefetch: 10 });
    await other.send({ type: 'target', target: { topic } }, outgoing('late'));
    expect(await takeTexts(second, 2)).toEqual(['early', 'late']);
  });

  it('is waited for by the watch of consumers, too', async () => {
    const proxy = await FaultProxy.open(await brokerUrl());
    const ledger = new Ledger();
    const topic = uniqueTopic();
    const rabbit = { consumerCheckMs: 100, topology: { durable: true } };
    const controlExchange = uniqueTopic('exchange');
    const log = new RecordedLog();
    const transport = await openTransport(proxy.url, { rabbit, controlExchange, log });
    const listener = await transport.driver.listen({ topic, server: 'one' }, { prefetch: 1 });
    proxy.hold('basic.consume-ok');
    proxy.reset();
    await expect.poll(() => proxy.held).toBeGreaterThan(0);
    // More than it may take: the rest waits in the queue, and speaks against any consumer.
    const sender = await openClient(await brokerUrl(), topic, { rabbit, controlExchange });
    for (let message = 0; message < 5; message++) {
      await ledger.send((id) => sender.cast({}, 'work', { id }));
    }
    await looksAtConsumers();
    proxy.release();
    expect(await listener.poll(1)).toHaveLength(1);
    expect(ledger.account.confirmed).toBe(5);
    const warnings = log.lines.filter(({ level, fields }) => {
      return level === 'warn' && fields['role'] === 'listen';
    });
    // By the reset.
    expect(warnings.map(({ message }) => message)).toEqual([
      'lost the connection to the broker; connecting again',
    ]);
  });
});
