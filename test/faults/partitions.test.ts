import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { privateBrokerReason } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import type { PrivateBrokerHost } from '../support/private-broker.ts';
import { isSoak } from '../support/soak.ts';
import { Cluster } from './cluster.ts';
import { besidesRefusals, type ClusterStage, openClusterStage, senders } from './cluster-stage.ts';
import { HostNetwork, hostNetworkReason } from './host-network.ts';

const reason =
  privateBrokerReason ?? hostNetworkReason ?? (isSoak ? undefined : 'GREENROOM_SOAK is not set');
/** A node is noticed to be gone after `net_ticktime`, 10 s here, and a quarter of that at the most. */
const cutMs = 15_000;

describe.skipIf(reason)(
  `three hosts with a node each${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    let network: HostNetwork;
    let cluster: Cluster;
    beforeAll(async () => {
      network = await HostNetwork.open(3);
      cluster = await Cluster.start(network.hosts);
    }, 240_000);
    afterAll(async () => {
      await cluster.stop();
      await network.close();
    });

    const cases = [
      {
        row: 11,
        who: "the leader's host is cut off, clients elsewhere",
        times: 5,
        withinMs: 12_000,
        places: (first: number) => ({ leader: first, server: first + 1, client: first + 2 }),
        isCutOff: true,
      },
      {
        row: 12,
        who: "the leader's host is cut off, our connections on it",
        times: 5,
        withinMs: 25_000,
        places: (first: number) => ({ server: first, client: first }),
        isCutOff: true,
      },
      {
        row: 13,
        who: 'two hosts, ours, are cut from each other, not from the third',
        times: 3,
        withinMs: 15_000,
        places: (first: number) => ({ server: first, client: first + 1 }),
        isCutOff: false,
      },
    ];

    for (const { row, who, times, withinMs, places, isCutOff } of cases) {
      it(`${who}: no confirmed cast is lost`, { timeout: 600_000 }, async (context) => {
        const silences: number[] = [];
        const account = { sent: 0, confirmed: 0, failed: 0, lost: 0, duplicates: 0 };
        const counts = { cuts: times, restarted: 0, ...account };
        for (let first = 0; first < times; first++) {
          const { topic, ledger, executed, noneLost } = await stage(places(first));
          expect((await cluster.leaderOf(topic)).address).toBe(host(first).address);
          await executed(200);
          ledger.takeLongestSilence();
          const noticed = cluster.losing(host(first).address);
          if (isCutOff) network.cutOff(host(first));
          else network.cut(host(first), host(first + 1));
          await executed(300, 120_000);
          silences.push(ledger.takeLongestSilence());
          if (isCutOff) await noticed();
          network.mend();
          if (await cluster.wholeWith(host(first).address)) counts.restarted++;
          await noneLost();
          expect(besidesRefusals(ledger)).toEqual([]);
          for (const name of ['sent', 'confirmed', 'failed', 'lost', 'duplicates'] as const) {
            counts[name] += ledger.account[name];
          }
        }
        await report(context, {
          fault: `${row}. ${who} ×${times}, quorum queue, net_ticktime 10`,
          promise: `0 confirmed lost, no error but the broker's refusal; executing again within ${withinMs / 1_000} s of the cut`,
          counts,
          worstMs: { 'between two executions': worst(silences) },
        });
        expect(counts.lost).toBe(0);
        expect(worst(silences)).toBeLessThan(withinMs);
      });
    }

    it('two hosts are cut off: no sender is told that all is well', {
      timeout: 600_000,
    }, async (context) => {
      const took: number[] = [];
      const { ledger, executed, noneLost } = await stage({
        server: 0,
        client: 0,
        timeoutMs: 2_000,
      });
      for (let time = 0; time < 3; time++) {
        await executed(200);
        network.cutOff(host(1));
        network.cutOff(host(2));
        await pause(cutMs);
        const { confirmed } = ledger.account;
        await mend(); // Which takes as long as the nodes need to be one cluster again.
        const healedAt = performance.now();
        if (ledger.account.confirmed <= confirmed + senders) await executed(senders);
        took.push(performance.now() - healedAt);
      }
      await noneLost();
      await report(context, {
        fault: `14. two of three hosts cut off for ${cutMs / 1_000} s, ours is the third, ×3`,
        promise:
          'a named error by the deadline, 0 confirmed lost; confirming ≤ 5 s after the nodes are one',
        counts: { ...ledger.account },
        worstMs: { 'to resume': worst(took) },
      });
      expect(ledger.account.failed).toBeGreaterThan(0);
      expect(besidesRefusals(ledger, /^MessagingTimeout: /)).toEqual([]);
      expect(worst(took)).toBeLessThan(5_000);
    });

    function host(number: number): PrivateBrokerHost {
      const found = network.hosts[number % network.hosts.length];
      if (found === undefined) throw new Error('there are no hosts');
      return found;
    }

    function stage(places: Parameters<typeof openClusterStage>[1]): Promise<ClusterStage> {
      onTestFinished(mend, 120_000);
      return openClusterStage(cluster, { ...places, handshakeTimeoutMs: 1_500 });
    }

    async function mend(): Promise<void> {
      network.mend();
      await cluster.whole();
    }
  },
);
