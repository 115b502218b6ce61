import { RPCClient, Runtime } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from '../../src/waiting.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { openRawChannel } from '../support/raw-channel.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { scaled } from '../support/scale.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { looksAtConsumers } from './looks-at-consumers.ts';
import { openClient, openTransport, serve } from './serve.ts';

/** Shorter than the defaults by the same factor, so that what takes seconds there shows in less. */
const impatient = {
  methodTimeoutMs: 500,
  confirmTimeoutMs: 500,
  consumerCheckMs: 400,
  retryMaxMs: 200,
};
const times = scaled(3, 20);

describe('a broker that does not answer', () => {
  it('a consumer is left for the next host', async (context) => {
    const [forgetful, other] = [await openProxy(), await openProxy()];
    const ledger = new Ledger();
    const topic = uniqueTopic();
    forgetful.swallow('basic.consume-ok');
    const startedAt = performance.now();
    await serve({ url: anyOf(forgetful, other), topic, ledger, rabbit: impatient });
    const tookMs = performance.now() - startedAt;

    const client = await openClient(await brokerUrl(), topic);
    await ledger.send((id) => client.call({}, 'work', { id }));
    expect(ledger.account).toMatchObject({ sent: 1, confirmed: 1, lost: 0 });
    expect(forgetful.swallowed).toBeGreaterThan(0);
    await report(context, {
      fault: '9a. `basic.consume` unanswered, at one of two hosts',
      promise: 'consuming at the other within 2 s: after one method deadline (500 ms)',
      counts: { ...ledger.account },
      worstMs: { 'to consume': worst([tookMs]) },
    });
    // The deadline, and then the good-bye to the host that does not answer.
    expect(tookMs).toBeLessThan(scaled(15_000, 2_000));
  });

  it('a consumer is asked again, until it does', async () => {
    const proxy = await openProxy();
    const ledger = new Ledger();
    const topic = uniqueTopic();
    const server = await serve({ url: proxy.url, topic, ledger, rabbit: impatient });
    proxy.swallow('basic.consume-ok');
    proxy.reset();
    await expect.poll(() => proxy.swallowed).toBeGreaterThan(2);
    proxy.swallow();

    const client = await openClient(await brokerUrl(), topic);
    await ledger.send((id) => client.call({}, 'work', { id }));
    expect(ledger.account).toMatchObject({ confirmed: 1, lost: 0 });
    expect(server.lost('listen')).toBe(1);
  });

  it('a publish is published again over another connection, and executed once', async (context) => {
    const ledger = new Ledger();
    const topic = uniqueTopic();
    const took: number[] = [];
    await serve({ url: await brokerUrl(), topic, ledger, rabbit: impatient });
    const [forgetful, other] = [await openProxy(), await openProxy()];
    for (let time = 0; time < times; time++) {
      const client = await openClient(anyOf(forgetful, other), topic, { rabbit: impatient });
      await ledger.send((id) => client.call({}, 'work', { id }));
      const { swallowed } = forgetful;
      forgetful.swallow('basic.ack');
      const sentAt = performance.now();
      await Promise.all(
        Array.from({ length: 20 }, () => ledger.send((id) => client.cast({}, 'work', { id }))),
      );
      took.push(performance.now() - sentAt);
      forgetful.swallow();
      expect(forgetful.swallowed).toBeGreaterThan(swallowed);
    }

    await report(context, {
      fault: '9b. confirms never come, at one of two hosts',
      promise: 'confirmed by the other within 2 s, each executed once; 0 lost',
      counts: { times, ...ledger.account },
      worstMs: { 'to be confirmed': worst(took) },
    });
    expect(ledger.account).toMatchObject({ sent: 21 * times, confirmed: 21 * times, lost: 0 });
    expect(ledger.account.duplicates).toBe(0);
    expect(worst(took)).toBeLessThan(scaled(5_000, 2_000));
  });
});

describe('a broker that has forgotten a consumer', () => {
  it('is noticed by a server, which consumes again', async (context) => {
    const proxy = await openProxy();
    const ledger = new Ledger();
    const topic = uniqueTopic();
    const server = await serve({ url: proxy.url, topic, ledger, rabbit: impatient });
    const client = await openClient(await brokerUrl(), topic);
    await using raw = await openRawChannel();
    const took: number[] = [];
    for (let time = 1; time <= times; time++) {
      await ledger.send((id) => client.call({}, 'work', { id }));
      // Nobody tells the server that its consumer went with the queue.
      proxy.swallow('basic.cancel');
      await raw.channel.deleteQueue(topic);
      await raw.channel.assertQueue(topic, { durable: false });
      await raw.channel.bindQueue(topic, 'openstack', topic);
      const forgottenAt = performance.now();
      await ledger.send((id) => client.call({}, 'work', { id }));
      took.push(performance.now() - forgottenAt);
      expect(server.lost('listen')).toBe(time);
    }

    await report(context, {
      fault: '9c. consumer forgotten by the broker',
      promise: 'noticed within three checks (1,200 ms), answered within 2 s; 0 lost',
      counts: { times, ...ledger.account },
      worstMs: { 'to be answered': worst(took) },
    });
    expect(ledger.account).toMatchObject({ confirmed: 2 * times, lost: 0, duplicates: 0 });
    expect(worst(took)).toBeLessThan(scaled(5_000, 2_000));
  });

  it('is noticed by a caller, which gets its reply', async () => {
    const proxy = await openProxy();
    const ledger = new Ledger();
    const topic = uniqueTopic();
    await serve({ url: await brokerUrl(), topic, ledger });
    const transport = await openTransport(proxy.url, { rabbit: impatient });
    const client = new RPCClient(transport, { topic }, { timeoutMs: 30_000 });
    await ledger.send((id) => client.call({}, 'work', { id }));
    await using raw = await openRawChannel();
    proxy.swallow('basic.cancel');
    const queue = await transport.replyQueue();
    await raw.channel.deleteQueue(queue);
    await raw.channel.assertQueue(queue, {
      durable: false,
      arguments: { 'x-expires': 1_800_000 },
    });
    await ledger.send((id) => client.call({}, 'work', { id }));
    expect(ledger.account).toMatchObject({ confirmed: 2, lost: 0, duplicates: 0 });
  });

  it('is told from one that has nothing to deliver, from a full server, and from one that drains', async () => {
    const ledger = new Ledger();
    const topic = uniqueTopic();
    const over = deferred<void>();
    const log = new RecordedLog();
    const runtime = new Runtime({
      transport: await brokerUrl(),
      rabbit: { ...impatient, consumerCheckMs: 100 },
      rpc: {
        target: { topic, server: 'one' },
        endpoints: { wait: () => over.promise },
        acknowledge: 'on-reply',
        lookAhead: 1,
      },
      async: { concurrency: 1 },
      signals: false,
      log,
    });
    onTestFinished(() => runtime.stop({ graceMs: 0 }));
    await runtime.start();
    const client = await openClient(await brokerUrl(), topic);
    // More than it may take: the rest waits in the queue, as it should.
    for (let call = 0; call < 5; call++) void ledger.send(() => client.call({}, 'wait'));
    await using raw = await openRawChannel();
    await expect.poll(async () => (await raw.channel.checkQueue(topic)).messageCount).toBe(3);
    await looksAtConsumers();
    const drained = runtime.drain();
    await looksAtConsumers();
    over.resolve();
    expect(await drained).toMatchObject({ finished: 1, returned: 1 });
    await expect.poll(() => ledger.account.confirmed).toBe(1);
    await raw.channel.deleteQueue(topic);
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});

function openProxy(): Promise<FaultProxy> {
  return brokerUrl().then((url) => FaultProxy.open(url));
}

function anyOf(...proxies: readonly FaultProxy[]): string {
  return `rabbit://${proxies.map(({ host }) => host).join(',')}/`;
}
