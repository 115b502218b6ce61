import { fileURLToPath } from 'node:url';
import { connect, type ExecutorName, RPCClient, type Transport } from 'greenroom';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { Peer } from '../support/peer.ts';
import { scaled } from '../support/scale.ts';

/** The broker cuts a connection that was silent for two of these. */
const heartbeatMs = 2_000;
const ping = 'oslo_rpc_server_ping';
const lost = 'lost the connection to the broker; connecting again';

/** Serves `endpoints/service.ts` on two threads, in a process whose loop may well be blocked. */
async function startBusyServer(topic: string, executor: ExecutorName): Promise<Peer> {
  const settings = { url: await brokerUrl(), topic, executor, heartbeatMs };
  const [register, script] = ['../../scripts/register-ts.mjs', './busy-server.ts'].map((file) =>
    fileURLToPath(new URL(file, import.meta.url)),
  ) as [string, string];
  const args = ['--import', register, script, JSON.stringify(settings)];
  const server = await Peer.start(process.execPath, args);
  onTestFinished(() => server.stop());
  return server;
}

function lostConnections(server: Peer): number {
  return server.lines(({ event, message }) => event === 'log' && message === lost).length;
}

describe(`methods that compute, with a heartbeat of ${heartbeatMs / 1000} s`, () => {
  let transport: Transport;

  beforeAll(async () => {
    transport = await connect(await brokerUrl());
    return () => transport.close();
  });

  it('under pool lose no connection while every host is busy, and pings are answered', async (context) => {
    const seconds = scaled(20, 60);
    const topic = uniqueTopic();
    const server = await startBusyServer(topic, 'pool');
    const client = new RPCClient(transport, { topic });
    const probe = new RPCClient(transport, { topic, server: 'busy' }, { timeoutMs: 5_000 });

    const busy = { isOver: false };
    const patience = { timeoutMs: 2_000 * seconds };
    const spinning = Promise.all(
      [1, 2].map(() => client.call({}, 'spin', { seconds }, patience)),
    ).finally(() => {
      busy.isOver = true;
    });
    const pongs: unknown[] = [];
    while (!busy.isOver) {
      pongs.push(await probe.call({}, ping));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }

    expect(await spinning).toEqual([expect.any(Number), expect.any(Number)]);
    expect(pongs.length).toBeGreaterThan(10);
    expect(new Set(pongs)).toEqual(new Set(['pong']));
    await report(context, {
      fault: `35. every host busy for ${seconds} s, heartbeat ${heartbeatMs / 1000} s`,
      promise: '0 reconnects; pings are answered meanwhile',
      counts: { pongs: pongs.length, reconnects: lostConnections(server) },
    });
    expect(lostConnections(server)).toBe(0);
  }, 240_000);

  it('under async lose it, and no ping is answered until they are done', async (context) => {
    const seconds = 10;
    const topic = uniqueTopic();
    const server = await startBusyServer(topic, 'async');
    const client = new RPCClient(transport, { topic });
    const probe = new RPCClient(transport, { topic, server: 'busy' }, { timeoutMs: 2_000 });

    const spinning = client.call({}, 'spin', { seconds }).catch((error: unknown) => error);
    // The blocked loop answers nothing.
    await expect
      .poll(() => probe.call({}, ping).catch(() => 'silence'), { timeout: 10_000 })
      .toBe('silence');
    await spinning;
    const overAt = performance.now();

    // Back on its feet, it finds its connections cut, and makes them again.
    await expect.poll(() => lostConnections(server), { timeout: 20_000 }).toBeGreaterThan(0);
    await expect
      .poll(() => probe.call({}, ping).catch(() => 'silence'), { timeout: 20_000 })
      .toBe('pong');
    const recoveredMs = performance.now() - overAt;
    await report(context, {
      fault: `35. the event loop blocked for ${seconds} s, heartbeat ${heartbeatMs / 1000} s, \`async\``,
      promise: 'connections are lost, and pings answered again within 5 s',
      counts: { reconnects: lostConnections(server) },
      worstMs: { 'to answer a ping': worst([recoveredMs]) },
    });
    expect(recoveredMs).toBeLessThan(scaled(20_000, 5_000));
  }, 120_000);
});
