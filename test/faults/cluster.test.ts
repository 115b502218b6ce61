import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { describeWithPrivateBroker } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { scaled } from '../support/scale.ts';
import { isSoak, skippedUnlessSoak } from '../support/soak.ts';
import { Cluster } from './cluster.ts';
import { besidesRefusals, type ClusterStage, openClusterStage, senders } from './cluster-stage.ts';

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
      const { topic, ledger, executed, noneLost } = await stage();
      const silences: number[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const leader = await cluster.leaderOf(topic);
        silences.push(await silenceAfterKill(leader, { ledger, executed }));
      }
      await noneLost();
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

  // Where the next connections are made before there is another leader, and are to notice it.
  it('loses no confirmed cast when that node had our connections', {
    timeout: scaled(180_000, 300_000),
  }, async (context) => {
    const kills = scaled(1, 5);
    const silences: number[] = [];
    const counts = { kills, sent: 0, confirmed: 0, failed: 0, lost: 0, duplicates: 0 };
    for (let kill = 0; kill < kills; kill++) {
      const { topic, ledger, executed, noneLost } = await stage({ server: kill, client: kill });
      const leader = await cluster.leaderOf(topic);
      expect(leader).toBe(cluster.nodes[kill % cluster.nodes.length]);
      silences.push(await silenceAfterKill(leader, { ledger, executed }));
      await noneLost();
      expect(ledger.failures).toEqual([]);
      for (const name of ['sent', 'confirmed', 'failed', 'lost', 'duplicates'] as const) {
        counts[name] += ledger.account[name];
      }
    }
    await report(context, {
      fault: `10. node of the queue's leader SIGKILLed ×${kills}, our connections on it, quorum queue`,
      promise: '0 confirmed lost; executing again within 5 s',
      counts,
      worstMs: { 'between two executions': worst(silences) },
    });
    expect(worst(silences)).toBeLessThan(scaled(15_000, 5_000));
  });

  describe.skipIf(!isSoak)(`whose nodes${skippedUnlessSoak}`, () => {
    it('are restarted in turn loses no confirmed cast', { timeout: 240_000 }, async (context) => {
      const { ledger, executed, noneLost } = await stage();
      const silences: number[] = [];
      for (const node of cluster.nodes) {
        await executed(200);
        ledger.takeLongestSilence();
        await node.restart();
        await executed(200);
        silences.push(ledger.takeLongestSilence());
      }
      await noneLost();
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
      const { ledger, executed, noneLost } = await stage({ timeoutMs: 2_000 });
      const [one, two] = cluster.nodes;
      await executed(200);
      await Promise.all([one?.kill(), two?.kill()]);
      // Every sender that began before has been told something by then.
      const { failed } = ledger.account;
      await expect
        .poll(() => ledger.account.failed, { timeout: 60_000 })
        .toBeGreaterThan(failed + 20);
      await Promise.all([one?.restart(), two?.restart()]);
      const healedAt = performance.now();
      // Of those that were sent before, some may be confirmed yet; not as many.
      await executed(senders);
      const resumedMs = performance.now() - healedAt;
      await noneLost();
      await report(context, {
        fault: '14. two of the three nodes killed, and restarted',
        promise:
          'a named error by the deadline and no false success; confirming ≤ 15 s after both are back',
        counts: { ...ledger.account },
        worstMs: { 'to resume': worst([resumedMs]) },
      });
      expect(ledger.account.lost).toBe(0);
      expect(besidesRefusals(ledger, /^MessagingTimeout: /)).toEqual([]);
      expect(resumedMs).toBeLessThan(15_000);
    });

    it('is frozen that leads, with our connections on it', {
      timeout: 240_000,
    }, async (context) => {
      const { topic, ledger, executed, noneLost } = await stage();
      const leader = await cluster.leaderOf(topic);
      await executed(200);
      ledger.takeLongestSilence();
      leader.freeze();
      await executed(200, 120_000);
      const silenceMs = ledger.takeLongestSilence();
      leader.thaw();
      await noneLost();
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

  /** A server on one node and a client on the next, which casts, unless said otherwise. */
  async function stage(
    places: Partial<Parameters<typeof openClusterStage>[1]> = {},
  ): Promise<ClusterStage> {
    onTestFailed(() => cluster.mend(), 120_000);
    return await openClusterStage(cluster, { server: 0, client: 1, ...places });
  }
});

/** How long nothing was executed when a node was killed, which is started again, in ms. */
async function silenceAfterKill(
  node: Cluster['nodes'][number],
  { ledger, executed }: Pick<ClusterStage, 'ledger' | 'executed'>,
): Promise<number> {
  await executed(200);
  ledger.takeLongestSilence();
  await node.kill();
  await executed(500);
  const silenceMs = ledger.takeLongestSilence();
  await node.restart();
  return silenceMs;
}
