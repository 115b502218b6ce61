import { connect, RPCClient } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';
import { brokerUrl } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { isSoak } from '../support/soak.ts';
import { executors, type HostsServer, useHostsServers } from './hosts-server.ts';
import { leftovers } from './leftovers.ts';
import { makeCalls } from './many-calls.ts';
import { type WayToDie, waysToDie } from './ways-to-die.ts';

const count = isSoak ? 1_000 : 200;
/** Few enough that calls that end badly never hold every host. */
const inFlight = 12;
/** What may be left of memory that was used: allocators do not give all of it back at once. */
const marginMb = 64;

const startServer = useHostsServers();

describe.each(executors)('calls of which every tenth ends badly, under %s', (executor) => {
  it(`of ${count} each is answered with its own result or error`, async (context) => {
    const server = await startServer({
      executor,
      endpoint: '../executors/endpoints/casualty.ts',
      hosts: 3,
      hostsOptions: { maxHeapMb: 64, ...(executor === 'process' && { maxRssMb: 300 }) },
      execArgv: ['--expose-gc'],
    });
    const client = await openClient(server);
    // What every process comes to hold that has worked for a while is no leak.
    await makeCalls(200, inFlight, (number) => callWell(client, number));
    const before = await server.whole();

    const ends = { crashes: 0, 'is killed': 0, lives: 0 };
    await makeCalls(count, inFlight, async (number) => {
      const way = wayOf(number, waysToDie[executor]);
      if (way === undefined) return await callWell(client, number);
      ends[way.host]++;
      await callBadly(client, way);
    });

    // The last may be yet to be given up. On a busy machine the time of some is up before they begin.
    const killed = async (): Promise<number> => (await server.state()).counts.cancelled.deadline;
    const dropped = (): number => server.logged(/^dropped a call/).length;
    await expect.poll(async () => (await killed()) + dropped()).toBe(ends['is killed']);
    const after = await server.whole();
    await report(context, {
      fault: `28, 29, 32. ${count} calls of which every tenth ends badly: heap, exit, throw, abort…, \`${executor}\``,
      promise:
        'each has its own result or error; a host that is lost is replaced; memory as before',
      counts: {
        ...ends,
        'MiB of memory before': Math.round(before.rssMb),
        'MiB after': Math.round(after.rssMb),
      },
      worstMs: { 'all in all': worst([after.at - before.at]) },
    });
    expect(after.hosts).toMatchObject({ crashed: ends.crashes + (await killed()) });
    expect(server.logged(/connection|warning/i)).toEqual([]);
    await expect.poll(async () => leftovers(before, await server.state())).toEqual([]);
    expect(after.rssMb).toBeLessThan(before.rssMb + marginMb);
  }, 600_000);
});

async function openClient({ topic }: HostsServer): Promise<RPCClient> {
  const transport = await connect(await brokerUrl());
  onTestFinished(() => transport.close());
  return new RPCClient(transport, { topic });
}

/** How a call is to end, if it is to end badly. */
function wayOf(number: number, ways: readonly WayToDie[]): WayToDie | undefined {
  return number % 10 === 9 ? ways[Math.floor(number / 10) % ways.length] : undefined;
}

async function callWell(client: RPCClient, value: number): Promise<void> {
  expect(await client.call({}, 'echo', { value })).toBe(value);
}

async function callBadly(client: RPCClient, way: WayToDie): Promise<void> {
  const { method, args = {}, timeoutMs } = way;
  const call = client.call({}, method, args, { timeoutMs });
  await expect(call, way.what).rejects.toMatchObject(way.error);
}
