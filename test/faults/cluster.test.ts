import type { TransportOptions } from 'greenroom';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { Cluster } from './cluster.ts';
import { Ledger } from './ledger.ts';
import { steadily } from './load.ts';
import { report, worst } from './report.ts';
import { scaled } from './scale.ts';
import { openClient, serve } from './serve.ts';

const rabbit: TransportOptions['rabbit'] = {
  topology: { quorum: true, transientQuorum: true },
  heartbeatMs: 2_000,
};

describeWithPrivateBroker('a cluster of three nodes with quorum queues', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  }, 240_000);
  afterAll(() => cluster.stop());

  it(
    'loses no confirmed cast when the node of the leader is killed',
    async (context) => {
      const kills = scaled(1, 10);
      const ledger = new Ledger();
      const topic = uniqueTopic();
      const rpc = { acknowledge: 'on-reply' } as const;
      await serve({ url: cluster.url(0), topic, ledger, rabbit, rpc });
      const client = await openClient(cluster.url(1), topic, { rabbit });
      // Few at once: the nodes, the server and the caller share this machine's cores.
      const load = steadily(10, () => ledger.send((id) => client.cast({}, 'work', { id })));
      const silences: number[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const leader = await cluster.leaderOf(topic);
        await executed(ledger, 200);
        ledger.takeLongestSilence();
        await leader.kill();
        await executed(ledger, 500);
        silences.push(ledger.takeLongestSilence());
        await leader.restart();
      }
      await load.stop();
      await expect.poll(() => ledger.account.lost, { interval: 100 }).toBe(0);
      await report(context, {
        fault: `10. node of the queue's leader SIGKILLed ×${kills}, of three, quorum queue`,
        promise: '0 confirmed lost; executing again within 5 s of a leader',
        counts: { kills, ...ledger.account },
        worstMs: { 'between two executions': worst(silences) },
      });
      expect(ledger.failures).toEqual([]);
      expect(ledger.account).toMatchObject({ open: 0, lost: 0 });
      expect(worst(silences)).toBeLessThan(15_000);
    },
    scaled(180_000, 600_000),
  );
});

async function executed(ledger: Ledger, more: number): Promise<void> {
  const { confirmed } = ledger.account;
  await expect
    .poll(() => ledger.account.confirmed, { interval: 50, timeout: 60_000 })
    .toBeGreaterThan(confirmed + more);
}
