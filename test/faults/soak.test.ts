import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { report } from '../support/fault-report.ts';
import { liveHeapMb } from '../support/live-heap.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { chanceOf, scaled, seed, soakMs } from '../support/scale.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { steadily } from './load.ts';
import { openClient } from './serve.ts';
import { Notes, type ServerProcess, useServerProcesses } from './server-process.ts';

const startServer = useServerProcesses();
const rabbit = { topology: { durable: true }, heartbeatMs: 2_000 };
/** How long a fault lasts that can be ended: longer than it takes to notice it, two heartbeats. */
const faultMs = 6_000;

describeWithPrivateBroker('a mixed load and a random fault now and then', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start();
  });
  afterAll(() => broker.stop());

  it('add up to the last call', { timeout: soakMs + 300_000 }, async (context) => {
    await context.annotate(`seed ${seed}`);
    const [topic, notes, ledger] = [uniqueTopic(), new Notes(), new Ledger()];
    const proxy = await FaultProxy.open(broker.url);
    const started = { servers: 0 };
    const start = (): Promise<ServerProcess> =>
      startServer({
        url: proxy.url,
        topic,
        notes,
        name: `server-${++started.servers}`,
        executor: 'pool',
        workMs: 5,
        rpc: { acknowledge: 'on-reply' },
        runtime: { rabbit, pool: { threads: 1, concurrency: 8 } },
      });
    const servers = [await start(), await start()];
    const replace = async (signal: NodeJS.Signals): Promise<void> => {
      const end = await servers.shift()?.end(signal);
      expect(end).toEqual(
        signal === 'SIGTERM' ? { code: 0, signal: null } : { code: null, signal },
      );
      servers.push(await start());
    };
    const faults: Readonly<Record<string, () => Promise<unknown>>> = {
      'connections reset': async () => proxy.reset(),
      'connections half-open': async () => {
        proxy.stall();
        await pause(faultMs);
        proxy.flow();
      },
      'broker killed': async () => {
        await broker.kill();
        await broker.restart();
      },
      'broker frozen': async () => {
        broker.freeze();
        await pause(faultMs);
        broker.thaw();
      },
      'connections closed by the operator': () => broker.ctl(['close_all_connections', 'a test']),
      'memory alarm': async () => {
        await broker.ctl(['set_vm_memory_high_watermark', 'absolute', '1MB']);
        await pause(faultMs);
        await broker.ctl(['set_vm_memory_high_watermark', '0.4']);
      },
      'server killed': () => replace('SIGKILL'),
      'server restarted': () => replace('SIGTERM'),
    };
    const client = await openClient(proxy.url, topic, { rabbit });
    const options = { timeoutMs: 20_000 };
    // Half of what the machine bears: a fault is to be what is felt.
    const breath = (): Promise<void> => pause(20);
    const loads = [
      steadily(20, () =>
        ledger.send((id) => client.call({}, 'work', { id }, options)).then(breath),
      ),
      steadily(5, () => ledger.send((id) => client.cast({}, 'work', { id }, options)).then(breath)),
    ];
    const chance = chanceOf(seed);
    const happened: Record<string, number> = {};
    const names = Object.keys(faults);
    const resources = process.getActiveResourcesInfo().length;
    const heapMb = liveHeapMb();
    for (const until = performance.now() + soakMs; performance.now() < until; ) {
      await pause(scaled(1_000, 20_000));
      const name = names[Math.floor(chance() * names.length)] ?? '';
      await faults[name]?.();
      happened[name] = (happened[name] ?? 0) + 1;
      const { confirmed } = ledger.account;
      // More than were under way when it was over.
      await expect
        .poll(() => ledger.account.confirmed, { message: `service after: ${name}` })
        .toBeGreaterThan(confirmed + 50);
    }
    for (const load of loads) await load.stop();
    // A call that is answered was queued after all that was cast before.
    let answer: unknown;
    await ledger.send(async (id) => {
      answer = await client.call({}, 'work', { id }, { timeoutMs: 60_000 });
    });
    expect(answer).toMatch(/^server-\d+$/);
    await expect.poll(() => lostBy(ledger, notes), { interval: 500 }).toEqual([]);
    for (const [id] of notes.read()) ledger.executed(id);

    const grownMb = liveHeapMb() - heapMb;
    await report(context, {
      fault: `47. mixed load for ${soakMs / 1_000} s with random faults (seed ${seed})`,
      promise: 'sent = answered + named errors; 0 confirmed lost; nothing grows',
      isWhole: soakMs >= 30 * 60_000,
      counts: { ...happened, ...ledger.account, 'MiB of live heap grown': grownMb },
    });
    const named = /^(MessagingTimeout|MessageDeliveryFailure|MessageUndeliverable): /;
    expect(ledger.failures.filter((text) => !named.test(text))).toEqual([]);
    expect(ledger.account).toMatchObject({ open: 0, lost: 0 });
    expect(process.getActiveResourcesInfo().length).toBeLessThan(resources + 50);
    // The ledger itself remembers every id.
    expect(grownMb).toBeLessThan(20 + ledger.account.sent / 4_000);
  });
});

/** The ids that were confirmed and not executed by now. */
function lostBy(ledger: Ledger, notes: Notes): string[] {
  const executed = new Set(notes.read().map(([id]) => id));
  return ledger.confirmed.filter((id) => !executed.has(id));
}
