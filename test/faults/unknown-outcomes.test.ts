import { RPCClient, type Transport } from 'greenroom';
import { describe, expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { openClient, openTransport, serve } from './serve.ts';

describe('a sender that waits no longer for a confirm', () => {
  it('is told that the outcome is unknown', async () => {
    const proxy = await FaultProxy.open(await brokerUrl());
    const ledger = new Ledger();
    const topic = uniqueTopic();
    await serve({ url: await brokerUrl(), topic, ledger });
    const client = await openClient(proxy.url, topic);
    await ledger.send((id) => client.cast({}, 'work', { id }, { timeoutMs: 10_000 }));
    proxy.swallow('basic.ack');
    await ledger.send((id) => client.cast({}, 'work', { id }, { timeoutMs: 200 }));
    expect(ledger.failures).toEqual([
      expect.stringMatching(/^MessagingTimeout: timed out after 200 ms .* delivered is unknown$/),
    ]);
    await expect.poll(() => ledger.account).toMatchObject({ failedButDone: 1, duplicates: 0 });
  });

  it.each([
    [
      'its signal ends the wait',
      'CallCancelled: cancelled while waiting for .*',
      (_proxy: FaultProxy, _transport: Transport, ending: AbortController) => ending.abort(),
    ],
    [
      'its transport is closed',
      'ClosedError: the send connection was closed',
      (_proxy: FaultProxy, transport: Transport) => transport.close(),
    ],
    [
      'its retries are used up',
      'MessageDeliveryFailure: could not connect to the broker .*',
      (proxy: FaultProxy) => proxy.refuse(),
    ],
  ])('is told so when %s', async (_what, failure, giveUp) => {
    const proxy = await FaultProxy.open(await brokerUrl());
    const [ledger, topic] = [new Ledger(), uniqueTopic()];
    await serve({ url: await brokerUrl(), topic, ledger });
    const transport = await openTransport(proxy.url, { rabbit: { retryMaxMs: 200 } });
    const client = new RPCClient(transport, { topic }, { retry: 1 });
    const ending = new AbortController();
    const options = { signal: ending.signal };
    await ledger.send((id) => client.cast({}, 'work', { id }, options));
    proxy.swallow('basic.ack');
    const sending = ledger.send((id) => client.cast({}, 'work', { id }, options));
    await expect.poll(() => proxy.swallowed).toBe(1);
    await giveUp(proxy, transport, ending);
    await sending;
    expect(ledger.failures).toEqual([
      expect.stringMatching(new RegExp(`^${failure}: it was published .* delivered is unknown$`)),
    ]);
    await expect.poll(() => ledger.account).toMatchObject({ failedButDone: 1, duplicates: 0 });
  });
});
