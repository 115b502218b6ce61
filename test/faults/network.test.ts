import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { liveHeapMb } from '../support/live-heap.ts';
import { Peer } from '../support/peer.ts';
import { scaled } from '../support/scale.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { steadily } from './load.ts';
import { openClient, openTransport, serve } from './serve.ts';

const heartbeatMs = 1_000;
/** What a soak holds to; otherwise what tells a hang. */
const noticedWithinMs = scaled(3_000, 2_500);
const answeredWithinMs = scaled(5_000, 2_000);
const stormMs = scaled(3_000, 60_000);

describe('a half-open connection', () => {
  it('is noticed within two heartbeats, and replaced by one to another host', async (context) => {
    const times = scaled(2, 10);
    const [noticed, recovered]: [number[], number[]] = [[], []];
    const ledger = new Ledger();
    for (let time = 0; time < times; time++) {
      const [dead, other] = [await openProxy(), await openProxy()];
      const topic = uniqueTopic();
      const url = `rabbit://${dead.host},${other.host}/`;
      const server = await serve({ url, topic, ledger, rabbit: { heartbeatMs } });
      const client = await openClient(url, topic, { rabbit: { heartbeatMs } });
      await ledger.send((id) => client.call({}, 'work', { id }));
      dead.stall();
      const stalledAt = performance.now();
      const answered = ledger.send((id) => client.call({}, 'work', { id }));
      await expect.poll(() => server.lost('listen'), { interval: 10 }).toBe(1);
      noticed.push(performance.now() - stalledAt);
      await answered;
      recovered.push(performance.now() - stalledAt);
    }
    await report(context, {
      fault: '6. half-open connections, heartbeat 1 s, at one of two hosts',
      promise: 'noticed within two heartbeats and a half (2,500 ms), then as any loss; 0 lost',
      counts: { times, ...ledger.account },
      worstMs: { 'to notice': worst(noticed), 'to be answered': worst(recovered) },
    });
    expect(ledger.account).toMatchObject({ sent: 2 * times, confirmed: 2 * times, lost: 0 });
    // amqplib's own takes three.
    expect(worst(noticed)).toBeLessThan(noticedWithinMs);
  });

  it('is closed within the deadline of the good-bye', async () => {
    const proxy = await openProxy();
    const transport = await openTransport(proxy.url);
    await transport.replyQueue();
    proxy.stall();
    const closingAt = performance.now();
    await transport.close();
    expect(performance.now() - closingAt).toBeLessThan(5_000);
  });

  it('keeps no process, once it is closed', async () => {
    const proxy = await openProxy();
    const script = `
      import { connect } from './src/index.ts';
      const transport = await connect('${proxy.url}');
      await transport.replyQueue();
      console.log('{"event": "ready"}');
      process.stdin.once('data', () => {
        process.stdin.destroy();
        void transport.close();
      });`;
    const register = new URL('../../scripts/register-ts.mjs', import.meta.url).href;
    const args = ['--import', register, '--input-type=module', '--eval', script];
    const peer = await Peer.start(process.execPath, args);
    onTestFinished(() => peer.kill());
    proxy.stall();
    peer.write('close');
    const { code } = await peer.ended;
    expect(code).toBe(0);
  });
});

describe('a host that takes connections and says nothing', () => {
  it('is left for the next after the handshake deadline', async (context) => {
    const [silent, other] = [await openProxy(), await openProxy()];
    silent.stall();
    const ledger = new Ledger();
    const topic = uniqueTopic();
    const url = `rabbit://127.0.0.1:1,${silent.host},${other.host}/`;
    const rabbit = { handshakeTimeoutMs: 500 };
    const startedAt = performance.now();
    await serve({ url, topic, ledger, rabbit });
    const tookMs = performance.now() - startedAt;
    const client = await openClient(url, topic, { rabbit });
    await ledger.send((id) => client.call({}, 'work', { id }));
    expect(ledger.account).toMatchObject({ confirmed: 1, lost: 0 });
    await report(context, {
      fault: '43. three hosts: one refuses, one is silent, one is well',
      promise: 'serving within 5 s: after one handshake deadline (500 ms) a connection',
      counts: { ...ledger.account },
      worstMs: { 'to serve': worst([tookMs]) },
    });
    expect(tookMs).toBeLessThan(scaled(10_000, 5_000));
  });
});

describe('connections that are reset', () => {
  it('one after the other, under load: no call is lost, each is answered', async (context) => {
    const times = scaled(10, 100);
    const proxy = await openProxy();
    const ledger = new Ledger();
    const topic = uniqueTopic();
    const server = await serve({
      url: await brokerUrl(),
      topic,
      ledger,
      rpc: { acknowledge: 'on-reply' },
    });
    const client = await openClient(proxy.url, topic);
    const load = steadily(20, () => ledger.send((id) => client.call({}, 'work', { id })));
    const took: number[] = [];
    for (let time = 0; time < times; time++) {
      expect(proxy.reset()).toBeGreaterThan(0);
      const resetAt = performance.now();
      await ledger.send((id) => client.call({}, 'work', { id }));
      took.push(performance.now() - resetAt);
    }
    await load.stop();
    await report(context, {
      fault: "4. every connection of the caller reset, one reset after the other's answer",
      promise: 'every call answered; the next one within 2 s',
      counts: { times, ...ledger.account },
      worstMs: { 'to be answered': worst(took) },
    });
    expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: 0 });
    expect(server.lost('listen')).toBe(0);
    expect(worst(took)).toBeLessThan(answeredWithinMs);
  });

  it("of the server's, likewise", async (context) => {
    const times = scaled(10, 100);
    const proxy = await openProxy();
    const ledger = new Ledger();
    const topic = uniqueTopic();
    await serve({ url: proxy.url, topic, ledger, rpc: { acknowledge: 'on-reply' } });
    const client = await openClient(await brokerUrl(), topic);
    const load = steadily(20, () => ledger.send((id) => client.call({}, 'work', { id })));
    const took: number[] = [];
    for (let time = 0; time < times; time++) {
      expect(proxy.reset()).toBeGreaterThan(0);
      const resetAt = performance.now();
      await ledger.send((id) => client.call({}, 'work', { id }));
      took.push(performance.now() - resetAt);
    }
    await load.stop();
    await report(context, {
      fault: "4. every connection of the server reset, one reset after the other's answer",
      promise: 'every call answered and run once; the next one within 2 s',
      counts: { times, ...ledger.account },
      worstMs: { 'to be answered': worst(took) },
    });
    expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: 0 });
    expect(worst(took)).toBeLessThan(answeredWithinMs);
  });

  it('again and again, every 200 ms: what is sent meanwhile arrives, and nothing is left of it', {
    timeout: stormMs + 60_000,
  }, async (context) => {
    const proxy = await openProxy();
    const [ledger, topic] = [new Ledger(), uniqueTopic()];
    await serve({ url: proxy.url, topic, ledger, rpc: { acknowledge: 'on-reply' } });
    const client = await openClient(proxy.url, topic);
    const options = { timeoutMs: 60_000 };
    const call = (): Promise<void> => ledger.send((id) => client.call({}, 'work', { id }, options));
    const cast = (): Promise<void> => ledger.send((id) => client.cast({}, 'work', { id }, options));
    await call();
    const handles = process.getActiveResourcesInfo().length;

    const loads = [steadily(10, call), steadily(10, cast)];
    const heapMb = liveHeapMb();
    let [resets, works] = [0, 0];
    for (const until = performance.now() + stormMs; performance.now() < until; resets++) {
      const { confirmed } = ledger.account;
      await pause(200);
      if (ledger.account.confirmed > confirmed) works++;
      proxy.reset();
    }
    const overAt = performance.now();
    await call();
    const recoveredMs = performance.now() - overAt;
    for (const load of loads) await load.stop();
    await expect.poll(() => ledger.account.lost).toBe(0);
    await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handles);

    const grownMb = liveHeapMb() - heapMb;
    await report(context, {
      fault: `5. every connection reset each 200 ms, for ${stormMs / 1_000} s, under load`,
      promise:
        '0 lost, 0 failed; works between the resets; answered ≤ 1 s after the last; as many handles as before',
      counts: {
        resets,
        'of them with work since the one before': works,
        ...ledger.account,
        'MiB of live heap grown': grownMb,
      },
      worstMs: { 'to be answered': worst([recoveredMs]) },
    });
    expect(ledger.failures).toEqual([]);
    expect(ledger.account).toMatchObject({ open: 0, lost: 0 });
    expect(works).toBeGreaterThan(resets / 5);
    expect(recoveredMs).toBeLessThan(scaled(5_000, 1_000));
    // The ledger itself remembers every id, and the server as many as it was told to.
    expect(grownMb).toBeLessThan(20 + ledger.account.sent / 4_000);
  });
});

async function openProxy(): Promise<FaultProxy> {
  return FaultProxy.open(await brokerUrl());
}
