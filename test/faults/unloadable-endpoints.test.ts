import { RPCClient, Runtime } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inlineModule } from '../executors/inline-module.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { openRawChannel } from '../support/raw-channel.ts';
import { scaled } from '../support/scale.ts';
import { Ledger } from './ledger.ts';
import { openTransport, serve } from './serve.ts';

const module = inlineModule('throw new Error("the disk of the models is not mounted")');

describe.each(['pool', 'process'] as const)(
  'endpoints that cannot be loaded, under %s',
  (executor) => {
    const timeout = scaled(60_000, 300_000);
    it('fail the start with their reason, and take no message', { timeout }, async (context) => {
      const times = scaled(3, 20);
      const [ledger, topic, url] = [new Ledger(), uniqueTopic(), await brokerUrl()];
      const former = await serve({ url, topic, ledger });
      await former.runtime.stop();
      const client = new RPCClient(await openTransport(url), { topic });
      await ledger.send((id) => client.cast({}, 'work', { id }));
      const took: number[] = [];
      for (let time = 0; time < times; time++) {
        const runtime = new Runtime({
          transport: url,
          rpc: { target: { topic, server: 'one' }, endpoints: new URL(module) },
          signals: false,
          executor,
        });
        onTestFinished(() => runtime.stop({ graceMs: 0 }));
        const startedAt = performance.now();
        await expect(runtime.start()).rejects.toThrow('the disk of the models is not mounted');
        took.push(performance.now() - startedAt);
      }
      await using raw = await openRawChannel();
      expect(await raw.channel.checkQueue(topic)).toMatchObject({
        messageCount: 1,
        consumerCount: 0,
      });
      await serve({ url, topic, ledger });
      await expect
        .poll(() => ledger.account)
        .toMatchObject({ confirmed: 1, lost: 0, duplicates: 0 });
      await report(context, {
        fault: `34. endpoints that cannot be loaded, ×${times}, \`${executor}\``,
        promise: 'the start fails within 5 s, with their own reason; no message is taken',
        counts: { times, ...ledger.account },
        worstMs: { 'to fail': worst(took) },
      });
      expect(worst(took)).toBeLessThan(scaled(20_000, 5_000));
    });
  },
);
