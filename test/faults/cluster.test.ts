import type { TransportOptions } from 'greenroom';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { isSoak, skippedUnlessSoak } from '../hosts/soak.ts';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { Cluster } from './cluster.ts';
import { Ledger } from './ledger.ts';
import { type Load, steadily } from './load.ts';
import { report, worst } from './report.ts';
import { scaled } from './scale.ts';
import { openClient, serve } from './serve.ts';

const rabbit: NonNullable<TransportOptions['rabbit']> = {
  topology: { quorum: true, transientQuorum: true },
  heartbeatMs: 2_000,
  confirmTimeoutMs: 3_000,
  methodTimeoutMs: 2_500,
};

/** Few at once: the nodes, the server and the caller share this machine's cores. */
const senders = 10;

interface Stage {
  readonly topic: string;
  readonly ledger: Ledger;
  readonly load: Load;
}

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
      const { topic, ledger, load } = await stage();
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
      await noneLost(ledger, load);
      await report(context, {
        fault: `10. node of the queue's leader SIGKILLed ×${kills}, of three, quorum queue`,
        promise: '0 confirmed lost; executing again within 5 s',
        counts: { kills, ...ledger.account },
        worstMs: { 'between two executions': worst(silences) },
      });
      expect(ledger.failures).toEqual([]);
      expect(worst(silences)).toBeLessThan(scaled(15_000, 5_000));
    },
    scaled(180_000, 600_000),
  );

  describe.skipIf(!isSoak)(`whose nodes${skippedUnlessSoak}`, () => {
    it('are restarted in turn loses no confirmed cast', { timeout: 240_000 }, async (context) => {
      const { ledger, load } = await stage();
      const silences: number[] = [];
      for (const node of cluster.nodes) {
        await executed(ledger, 200);
        ledger.takeLongestSilence();
        await node.restart();
        await executed(ledger, 200);
        silences.push(ledger.takeLongestSilence());
      }
      await noneLost(ledger, load);
      await report(context, {
        fault: '15. the three nodes restarted in turn under load',
        promise: '0 confirmed lost; executing again within 10 s',
        counts: { ...ledger.account },
        worstMs: { 'between two executions': worst(silences) },
      });
      expect(ledger.failures).toEqual([]);
      expect(worst(silences)).toBeLessThan(10_000);
    });

    it('are lost but one tells no sender that all is well', {
      timeout: 240_000,
    }, async (context) => {
      const { ledger, load } = await stage(2_000);
      const [one, two] = cluster.nodes;
      await executed(ledger, 200);
      await Promise.all([one?.kill(), two?.kill()]);
      // Every sender that began before has been told something by then.
      const { failed } = ledger.account;
      await expect
        .poll(() => ledger.account.failed, { timeout: 60_000 })
        .toBeGreaterThan(failed + 20);
      await Promise.all([one?.restart(), two?.restart()]);
      const healedAt = performance.now();
      // Of those that were sent before, some may be confirmed yet; not as many.
      await executed(ledger, senders);
      const resumedMs = performance.now() - healedAt;
      await noneLost(ledger, load);
      await report(context, {
        fault: '14. two of the three nodes killed, and restarted',
        promise:
          'a named error by the deadline and no false success; confirming ≤ 15 s after both are back',
        counts: { ...ledger.account },
        worstMs: { 'to resume': worst([resumedMs]) },
      });
      expect(ledger.account.lost).toBe(0);
      // A node that finds itself in the minority says of what it was sent that it takes no charge of it.
      const named = /^(MessagingTimeout: |MessageDeliveryFailure: the broker refused the message$)/;
      expect(ledger.failures.filter((text) => !named.test(text))).toEqual([]);
      expect(resumedMs).toBeLessThan(15_000);
    });

    it('is frozen that leads, with our connections on it', {
      timeout: 240_000,
    }, async (context) => {
      const { topic, ledger, load } = await stage();
      const leader = await cluster.leaderOf(topic);
      await executed(ledger, 200);
      ledger.takeLongestSilence();
      leader.freeze();
      await executed(ledger, 200, 120_000);
      const silenceMs = ledger.takeLongestSilence();
      leader.thaw();
      await noneLost(ledger, load);
      await report(context, {
        fault:
          "12. node of the queue's leader frozen (SIGSTOP), our connections on it, net_ticktime 10",
        promise: '0 confirmed lost; ≤ 25 s on RabbitMQ 3.10',
        counts: { ...ledger.account },
        worstMs: { 'between two executions': worst([silenceMs]) },
      });
      expect(silenceMs).toBeLessThan(25_000);
    });
  });

  /** A server on one node and a client on the next, which casts. */
  async function stage(timeoutMs?: number): Promise<Stage> {
    onTestFailed(() => cluster.mend(), 120_000);
    const ledger = new Ledger();
    const topic = uniqueTopic();
    const rpc = { acknowledge: 'on-reply' } as const;
    await serve({ url: cluster.url(0), topic, ledger, rabbit, rpc });
    const client = await openClient(cluster.url(1), topic, { rabbit });
    const cast = (id: string): Promise<void> => client.cast({}, 'work', { id }, { timeoutMs });
    return { topic, ledger, load: steadily(senders, () => ledger.send(cast)) };
  }
});

async function executed(ledger: Ledger, more: number, timeout = 60_000): Promise<void> {
  const { confirmed } = ledger.account;
  await expect
    .poll(() => ledger.account.confirmed, { interval: 50, timeout })
    .toBeGreaterThan(confirmed + more);
}

async function noneLost(ledger: Ledger, load: Load): Promise<void> {
  await load.stop();
  await expect.poll(() => ledger.account, { interval: 100 }).toMatchObject({ open: 0, lost: 0 });
}
