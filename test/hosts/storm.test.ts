import { connect, RPCClient } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';
import { brokerUrl } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import type { Tinder } from './endpoints/tinder.ts';
import { Fire } from './fire.ts';
import { executors, type HostsServer, useHostsServers } from './hosts-server.ts';
import { monotonicMs } from './monotonic-time.ts';

/** Within how long after the cause is gone all is well again. */
const recoveryMs = 10_000;
/** The brake makes a storm last, and a busy machine longer. */
const patience = { timeout: 100_000 };

const startServer = useHostsServers();

describe.each(executors)('a storm of crashes, under %s', (executor) => {
  it('is braked, and over 10 s after its cause', async (context) => {
    const fire = Fire.light();
    const server = await startServer({
      executor,
      endpoint: 'endpoints/tinder.ts',
      endpointOptions: fire.options,
      hosts: 2,
    });
    const client = await openClient(server);
    const feeding = Promise.all(Array.from({ length: 8 }, () => fire.feed(client)));
    const hosts = async () => (await server.state()).hosts;
    // By then a crash is followed by seconds without a host.
    await expect.poll(async () => (await hosts())?.crashed, patience).toBeGreaterThan(12);
    expect(await hosts()).toMatchObject({ isHoldingBack: true });

    const outAt = fire.putOut();
    await feeding;
    const recoveredMs = monotonicMs() - outAt;
    const { hosts: after } = await server.whole();
    const wholeMs = monotonicMs() - outAt;
    const most = mostInOneSecond(fire.hostsReadyAt.slice(3));
    await report(context, {
      fault: `33. every call kills its host, \`${executor}\``,
      promise: 'at most 10 hosts started a second; well again within 10 s of the end of it',
      counts: { crashes: after?.crashed ?? 0, 'most restarts in a second': most },
      worstMs: { 'to be answered': worst([recoveredMs]), 'to have all hosts': worst([wholeMs]) },
      isWhole: true,
    });
    expect(most).toBeLessThanOrEqual(10);
    expect(recoveredMs).toBeLessThan(recoveryMs);
    expect(wholeMs).toBeLessThan(recoveryMs);
    expect(after).toMatchObject({ isHoldingBack: false });
    expect(server.logged(/connection|set aside/)).toEqual([]);
  }, 240_000);

  it('takes no message with it that had nothing to do with it', async (context) => {
    const fire = Fire.light();
    const server = await startServer({
      executor,
      endpoint: 'endpoints/tinder.ts',
      endpointOptions: fire.options,
      hosts: 2,
      hostsOptions: { concurrency: 4 },
      rpc: { acknowledge: 'on-reply' },
    });
    const startedAt = monotonicMs();
    const client = await openClient(server);
    const feeding = Promise.all(Array.from({ length: 4 }, () => fire.feed(client)));
    await expect.poll(() => server.logged(/^set aside/).length, patience).toBeGreaterThan(0);
    const over = { isOver: false };
    const bystanders = Promise.all(
      Array.from({ length: 20 }, async (_, value) => {
        while (!over.isOver) expect(await client.call({}, 'linger', { value })).toBe(value);
      }),
    );
    // They share their hosts with what kills them, and come again until one of them was killed with it.
    const isBack = () => server.logged(/^gave back/).some(({ method }) => method === 'linger');
    await expect.poll(isBack, patience).toBe(true);

    over.isOver = true;
    const outAt = fire.putOut();
    await bystanders;
    const recoveredMs = monotonicMs() - outAt;
    await feeding;
    const { hosts: after } = await server.whole();
    const restarts = fire.hostsReadyAt.length - 3;
    const seconds = (monotonicMs() - startedAt) / 1000;
    await report(context, {
      fault: `33. calls beside those that kill their host, \`on-reply\`, \`${executor}\``,
      promise:
        'only those that kill are set aside; the others are answered within 10 s of the end of it',
      counts: { crashes: after?.crashed ?? 0, restarts, seconds: Math.round(seconds) },
      worstMs: { 'to be answered': worst([recoveredMs]) },
      isWhole: true,
    });
    expect(recoveredMs).toBeLessThan(recoveryMs);
    expect(restarts / seconds).toBeLessThanOrEqual(10);
    const methods = server.logged(/^set aside/).map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(['dare']));
    expect(server.logged(/connection/)).toEqual([]);
  }, 240_000);
});

async function openClient({ topic }: HostsServer): Promise<RPCClient<Tinder>> {
  const transport = await connect(await brokerUrl());
  onTestFinished(() => transport.close());
  return new RPCClient<Tinder>(transport, { topic });
}

function mostInOneSecond(times: readonly number[]): number {
  const counts = times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length);
  return Math.max(0, ...counts);
}
