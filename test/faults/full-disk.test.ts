import { RPCClient } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';
import { privateBrokerReason, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { isSoak } from '../support/soak.ts';
import { Ledger } from './ledger.ts';
import { openTransport, serve } from './serve.ts';
import { SmallDisk, smallDiskReason } from './small-disk.ts';

const reason =
  privateBrokerReason ?? smallDiskReason ?? (isSoak ? undefined : 'GREENROOM_SOAK is not set');

describe.skipIf(reason)(`a broker's disk${reason ? ` (skipped: ${reason})` : ''}`, () => {
  it('that is full loses no confirmed cast, once there is room and the broker is started again', {
    timeout: 180_000,
  }, async (context) => {
    const disk = await SmallDisk.mount(48);
    const broker = await PrivateBroker.start({
      dataFolder: disk.folder,
      // No alarm: the disk is to be full before the broker takes no more.
      config: ['disk_free_limit.absolute = 1'],
    });
    onTestFinished(() => broker.stop());
    const [ledger, topic] = [new Ledger(), uniqueTopic()];
    const rabbit = { topology: { durable: true } };
    const serving = { url: broker.url, topic, ledger, rabbit };
    const first = await serve({ ...serving, rpc: { acknowledge: 'on-reply' } });
    await first.runtime.stop();
    const client = new RPCClient(await openTransport(broker.url, { rabbit }), { topic });
    const padding = 'x'.repeat(16_384);
    const cast = (timeoutMs: number): Promise<void> =>
      ledger.send((id) => client.cast({}, 'work', { id, padding }, { timeoutMs }));
    while (ledger.account.failed === 0) {
      await Promise.all(Array.from({ length: 50 }, () => cast(5_000)));
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
    await expect.poll(() => ledger.account.lost).toBe(0);
    await report(context, {
      fault: '17. disk full (ENOSPC, no alarm), then room, and the broker restarted',
      promise:
        '0 confirmed lost; the others are told that the outcome is unknown; confirming ≤ 2 s after it',
      counts: { ...ledger.account },
      worstMs: { 'to be confirmed again': worst([confirmedMs]) },
    });
    expect(ledger.failures.filter((text) => !/^MessagingTimeout: .* unknown$/.test(text))).toEqual(
      [],
    );
    expect(ledger.account).toMatchObject({ open: 0, lost: 0 });
    expect(ledger.account.confirmed).toBeGreaterThan(500);
    expect(confirmedMs).toBeLessThan(2_000);
  });
});
