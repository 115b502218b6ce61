import { RPCClient } from 'greenroom';
import { expect, it } from 'vitest';
import { newId } from '../../src/wire/ids.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report } from '../support/fault-report.ts';
import { scaled } from '../support/scale.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { openTransport, serve } from './serve.ts';

it('a message that is delivered twice runs once', { timeout: 120_000 }, async (context) => {
  const [ledger, topic, url] = [new Ledger(), uniqueTopic(), await brokerUrl()];
  const { log } = await serve({ url, topic, ledger });
  const { driver } = await openTransport(url);
  const pairs = scaled(500, 10_000);
  const dropped = (): number =>
    log.lines.filter(({ message }) => message === 'dropped a message that has been run before')
      .length;
  await Promise.all(
    Array.from({ length: pairs }, () =>
      ledger.send(async (id) => {
        const request = { method: 'work', args: { id }, context: {}, uniqueId: newId() };
        const body = encodeRequest(request);
        const send = (): Promise<void> =>
          driver.send({ type: 'target', target: { topic } }, { body });
        await Promise.all([send(), send()]);
      }),
    ),
  );
  await expect.poll(dropped).toBe(pairs);
  await report(context, {
    fault: `24. ${pairs} messages delivered twice`,
    promise: 'each run once, each second one a line in the log',
    counts: { dropped: dropped(), ...ledger.account },
  });
  expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: 0 });
});

it('a reply that comes after its call has timed out is counted and dropped', {
  timeout: 120_000,
}, async (context) => {
  const [ledger, topic, url] = [new Ledger(), uniqueTopic(), await brokerUrl()];
  await serve({ url, topic, ledger });
  const proxy = await FaultProxy.open(url);
  const transport = await openTransport(proxy.url);
  const client = new RPCClient(transport, { topic });
  const call = (timeoutMs: number): Promise<void> =>
    ledger.send((id) => client.call({}, 'work', { id }, { timeoutMs }));
  await call(30_000);
  const calls = scaled(100, 1_000);
  // The deliveries to the caller are its replies.
  proxy.hold('basic.deliver');
  await Promise.all(Array.from({ length: calls }, () => call(3_000)));
  expect(ledger.account).toMatchObject({ confirmed: 1, failed: calls });
  await expect.poll(() => proxy.held).toBeGreaterThanOrEqual(calls);
  proxy.release();
  await expect.poll(() => transport.orphanedReplies).toBe(calls);
  await call(30_000);
  await report(context, {
    fault: `25. ${calls} replies after their calls have timed out`,
    promise: 'each call fails with MessagingTimeout; each reply is counted and dropped',
    counts: { 'replies dropped': transport.orphanedReplies, ...ledger.account },
  });
  expect(ledger.failures.filter((text) => !/^MessagingTimeout: /.test(text))).toEqual([]);
  expect(ledger.account).toMatchObject({ confirmed: 2, open: 0, lost: 0, duplicates: 0 });
});
