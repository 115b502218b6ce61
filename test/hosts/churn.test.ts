import { connect, RPCClient } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Casualty } from '../executors/endpoints/casualty.ts';
import { brokerUrl } from '../support/broker.ts';
import { report } from '../support/fault-report.ts';
import { isSoak } from '../support/soak.ts';
import { executors, useHostsServers } from './hosts-server.ts';
import { leftovers } from './leftovers.ts';
import { makeCalls } from './many-calls.ts';
import { MixedCalls } from './mixed-calls.ts';

/** How long hosts are put to it; between any two of these all of them are reloaded. */
const roundMs = 4_000;
const rounds = isSoak ? 15 : 2;
const inFlight = 16;

const startServer = useHostsServers();

describe.each(executors)('cancelling, crashing and recycling under load, under %s', (executor) => {
  it(`leave no call unanswered, and nothing behind, in ${(rounds * roundMs) / 1000} s`, async (context) => {
    const server = await startServer({
      executor,
      endpoint: '../executors/endpoints/casualty.ts',
      hosts: 3,
      hostsOptions: { recycle: { calls: 40 } },
    });
    const transport = await connect(await brokerUrl());
    onTestFinished(() => transport.close());
    const client = new RPCClient<Casualty>(transport, { topic: server.topic });
    await makeCalls(30, inFlight, async (value) => {
      expect(await client.call({}, 'echo', { value })).toBe(value);
    });
    // The first that can be cancelled has the server open a connection more, to be told on.
    const signal = AbortSignal.timeout(50);
    await expect(client.call({}, 'untilAborted', {}, { signal })).rejects.toThrow();
    await expect.poll(async () => (await server.state()).counts.cancelled.cancelled).toBe(1);
    const before = await server.whole();

    const calls = new MixedCalls(client);
    for (let round = 0; round < rounds; round++) {
      const making = calls.make(inFlight, roundMs);
      await server.reload();
      await making;
    }
    const after = await server.whole();
    const recycled = server.logged(/^recycling/).length;
    await report(context, {
      fault: `28 to 30. cancelled, crashed, recycled and reloaded under load, \`${executor}\``,
      promise: 'no call unanswered; no host, timer or handle left behind; exit code 0',
      counts: { ...calls.ends, 'hosts lost': after.hosts?.crashed ?? 0, recycled, reloads: rounds },
    });
    expect(calls.faults).toEqual([]);
    expect(server.logged(/connection|warning/i)).toEqual([]);
    await expect.poll(async () => leftovers(before, await server.state())).toEqual([]);
    await server.stop();
    expect(await server.ended).toEqual({ code: 0, signal: null });
  }, 600_000);
});
