import { RPCClient } from 'greenroom';
import { expect, it, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { openTransport, serve } from './serve.ts';

it('a content without its header ends the connection, and throws at nobody who acknowledges', async () => {
  const [ledger, topic, url] = [new Ledger(), uniqueTopic(), await brokerUrl()];
  const proxy = await FaultProxy.open(url);
  const uncaught: unknown[] = [];
  const note = (error: unknown): number => uncaught.push(error);
  process.on('uncaughtExceptionMonitor', note);
  onTestFinished(() => void process.off('uncaughtExceptionMonitor', note));
  const server = await serve({ url: proxy.url, topic, ledger });
  const client = new RPCClient(await openTransport(url), { topic });
  const cast = (): Promise<void> => ledger.send((id) => client.cast({}, 'work', { id }));
  await cast();
  await expect.poll(() => ledger.account.lost).toBe(0);

  // Both come at once: the first begins, and is acknowledged, when the second could not be read.
  proxy.hold('basic.deliver');
  await cast();
  await expect.poll(() => proxy.held).toBe(3);
  proxy.swallow('header');
  await cast();
  await expect.poll(() => proxy.held).toBe(5);
  proxy.swallow();
  proxy.release();
  await expect.poll(() => server.lost('listen')).toBe(1);
  await expect.poll(() => ledger.account).toMatchObject({ confirmed: 3, lost: 0, duplicates: 0 });
  expect(uncaught).toEqual([]);
});
