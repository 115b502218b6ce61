import { RPCClient } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';
import { privateBrokerReason, uniqueTopic } from '../support/broker.ts';
import { listQueues } from '../support/broker-listing.ts';
import { brokerMajorVersion } from '../support/broker-version.ts';
import { report, worst } from '../support/fault-report.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { isSoak } from '../support/soak.ts';
import { Ledger } from './ledger.ts';
import { openTransport, serve } from './serve.ts';
import { SmallDisk, smallDiskReason } from './small-disk.ts';

const reason =
  privateBrokerReason ?? smallDiskReason ?? (isSoak ? undefined : 'GREENROOM_SOAK is not set');
const diskMb = 48;
const atOnce = 50;
const kinds = [
  { kind: 'quorum', topology: { quorum: true }, mayLose: 0 },
  {
    kind: 'durable',
    topology: { durable: true },
    // RabbitMQ 4 confirms what it was writing when there was no room: its message store, which ends for
    // that, takes what it could not write for written. Source: rabbit_msg_store of 4.3, terminate/2.
    mayLose: brokerMajorVersion() < 4 ? 0 : atOnce,
  },
];

describe.skipIf(reason)(`a broker's disk${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it.for(kinds)(
    'that is full loses no confirmed cast of a $kind queue, but for what RabbitMQ 4 confirms unwritten, once there is room',
    { timeout: 180_000 },
    async ({ kind, topology, mayLose }, context) => {
      const disk = await SmallDisk.mount(diskMb);
      const broker = await PrivateBroker.start({
        dataFolder: disk.folder,
        // No alarm: the disk is to be full before the broker takes no more.
        config: ['disk_free_limit.absolute = 1'],
      });
      onTestFinished(() => broker.stop());
      const [ledger, topic] = [new Ledger(), uniqueTopic()];
      const rabbit = { topology };
      const serving = { url: broker.url, topic, ledger, rabbit };
      const first = await serve({ ...serving, rpc: { acknowledge: 'on-reply' } });
      await first.runtime.stop();
      const client = new RPCClient(await openTransport(broker.url, { rabbit }), { topic });
      const padding = 'x'.repeat(16_384);
      const cast = (timeoutMs: number): Promise<void> =>
        ledger.send((id) => client.cast({}, 'work', { id, padding }, { timeoutMs }));
      while (ledger.account.failed === 0) {
        // Else the broker writes elsewhere, and this would not end.
        expect(ledger.account.confirmed * padding.length).toBeLessThan(2 * diskMb * 2 ** 20);
        await Promise.all(Array.from({ length: atOnce }, () => cast(5_000)));
      }
      expect(broker.log()).toMatch(/enospc/);
      // It would not stop in order: its message store has crashed.
      await broker.kill();
      disk.grow(512);
      await broker.restart();
      const backAt = performance.now();
      await cast(60_000);
      const confirmedMs = performance.now() - backAt;
      await serve({ ...serving, rpc: { acknowledge: 'on-reply' } });
      await expect.poll(() => messagesIn(broker), { interval: 500 }).toEqual([0, 0, 0]);
      const promised =
        mayLose === 0 ? '0 confirmed lost' : `≤ ${mayLose} confirmed lost, of one write`;
      await report(context, {
        fault: `17. disk full (ENOSPC, no alarm), then room, and the broker restarted, ${kind} queue`,
        promise: `${promised}; the others are refused or told that the outcome is unknown; confirming ≤ 2 s after it`,
        counts: { ...ledger.account },
        worstMs: { 'to be confirmed again': worst([confirmedMs]) },
      });
      const told = /^MessagingTimeout: .* unknown$|: the broker refused the message$/;
      expect(ledger.failures.filter((text) => !told.test(text))).toEqual([]);
      expect(ledger.account.open).toBe(0);
      expect(ledger.account.lost).toBeLessThanOrEqual(mayLose);
      expect(ledger.account.confirmed).toBeGreaterThan(500);
      expect(confirmedMs).toBeLessThan(2_000);
    },
  );
});

/** How many each of the server's queues has, delivered ones included. */
async function messagesIn(broker: PrivateBroker): Promise<readonly number[]> {
  return (await listQueues(broker, 'messages')).map(({ messages }) => Number(messages));
}
