import { RPCClient, Runtime } from 'greenroom';
import { expect, it, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report } from '../support/fault-report.ts';
import { openRawChannel } from '../support/raw-channel.ts';
import { scaled } from '../support/scale.ts';
import { Ledger } from './ledger.ts';
import { openTransport, serve } from './serve.ts';

it('a slow server holds no more than its prefetch, and another serves the rest', {
  timeout: 180_000,
}, async (context) => {
  const [ledger, topic, transport] = [new Ledger(), uniqueTopic(), await brokerUrl()];
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const work = async (_ctx: unknown, { id }: { id: string }): Promise<void> => {
    await gate;
    ledger.executed(id);
  };
  const [concurrency, lookAhead] = [2, 4];
  const slow = new Runtime({
    transport,
    rpc: {
      target: { topic, server: 'slow' },
      endpoints: { work },
      acknowledge: 'on-reply',
      lookAhead,
    },
    async: { concurrency },
    signals: false,
    executor: 'async',
  });
  onTestFinished(() => slow.stop({ graceMs: 0 }));
  onTestFinished(open);
  await slow.start();
  const client = new RPCClient(await openTransport(transport), { topic });
  await using raw = await openRawChannel();
  const casts = scaled(1_000, 10_000);
  await Promise.all(
    Array.from({ length: casts }, () => ledger.send((id) => client.cast({}, 'work', { id }))),
  );
  const ready = async (): Promise<number> => (await raw.channel.checkQueue(topic)).messageCount;
  const prefetch = concurrency + lookAhead;
  await expect.poll(async () => casts - (await ready())).toBe(prefetch);

  // Its queue is another's too, whose work goes on.
  await serve({ url: transport, topic, ledger });
  await expect.poll(ready, { timeout: 60_000 }).toBe(0);
  await expect.poll(() => ledger.account.lost, { timeout: 60_000 }).toBe(prefetch);
  open();
  await expect.poll(() => ledger.account.lost).toBe(0);
  await report(context, {
    fault: `26. ${casts} casts to a server that takes for ever, and to another`,
    promise:
      'the slow one holds its prefetch (6) and no more; the other runs all others; each once',
    counts: { held: prefetch, ...ledger.account },
  });
  expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: 0 });
});
