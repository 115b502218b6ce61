import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Health, Runtime, ServerListenError } from '../../src/index.ts';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { errorOf, memory, openTheatre, venues } from './theatre.ts';

/** What is not ok, by name. */
function wrongIn({ checks }: Health): string[] {
  return Object.entries(checks).flatMap(([name, { ok }]) => (ok ? [] : [name]));
}

async function probe(url: string | undefined, path: string) {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, health: (await response.json()) as Health };
}

describe.each(venues)('the health of a runtime on $kind', (venue) => {
  it('is good while it serves, busy or not, and not ready before and after', async () => {
    const { client, runtime: make, stage } = await openTheatre(venue);
    const runtime = make({ async: { concurrency: 1 } });
    expect(await runtime.health()).toMatchObject({ state: 'idle', live: true, ready: false });
    await runtime.start();
    const held = client.call({}, 'hold');
    await stage.untilEntered(1);
    const health = await runtime.health();
    expect(health).toMatchObject({ state: 'running', live: true, ready: true });
    expect(health.checks.ping).toEqual({
      ok: true,
      detail: expect.stringMatching(/^answered in \d+ ms$/),
    });
    const draining = runtime.drain();
    expect(await runtime.health()).toMatchObject({ state: 'draining', live: true, ready: false });
    stage.release();
    await held;
    await draining;
    expect(await runtime.health()).toMatchObject({ state: 'stopped', live: false, ready: false });
  });
});

describe('the health of a runtime', () => {
  it('is bad when its hosts only crash', async () => {
    const { wrecker, runtime: make, stage } = await openTheatre(memory);
    const runtime = make({ executor: 'pool', pool: { threads: 1 } });
    await runtime.start();
    expect((await runtime.health()).checks.hosts).toMatchObject({ ok: true });
    for (let crash = 0; crash < 7; crash++) await errorOf(wrecker.call({}, 'exit'));
    const health = await runtime.health();
    expect(wrongIn(health)).toEqual(['hosts']);
    expect(health).toMatchObject({ live: true, ready: false });
    expect(health.checks.hosts.detail).toContain('they only crash');
    stage.release();
  }, 30_000);

  it('[health.maxStallMs] tells of a loop that did not turn', async () => {
    const { runtime: make, lines } = await openTheatre(memory);
    const runtime = make({ health: { maxStallMs: 1_000 } });
    await runtime.start();
    const until = performance.now() + 1_500;
    while (performance.now() < until);
    await expect.poll(async () => wrongIn(await runtime.health())).toEqual(['loop']);
    await expect.poll(async () => wrongIn(await runtime.health()), { timeout: 25_000 }).toEqual([]);
    expect(lines).toContainEqual({
      level: 'warn',
      message: 'the event loop was stalled',
      fields: { stallMs: expect.any(Number) },
    });
  }, 40_000);

  it('[rpc.ping] off means that none is sent', async () => {
    const { runtime: make } = await openTheatre(memory);
    const runtime = make({ rpc: { ping: false } });
    await runtime.start();
    expect(await runtime.health()).toMatchObject({
      ready: true,
      checks: { ping: { ok: true, detail: 'nothing here answers pings' } },
    });
  });
});

describe('probes over HTTP', () => {
  it('are answered from the start to the end', async () => {
    const { client, runtime: make, stage } = await openTheatre(memory);
    const runtime = make({ health: { port: 0 } });
    expect(runtime.healthUrl).toBeUndefined();
    const starting = runtime.start();
    await expect.poll(() => runtime.healthUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { healthUrl: url } = runtime;
    await starting;
    expect(await probe(url, '/healthz')).toMatchObject({ status: 200, health: { live: true } });
    expect(await probe(url, '/readyz?verbose')).toMatchObject({
      status: 200,
      health: { ready: true },
    });
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/healthz`, { method: 'POST' })).status).toBe(405);
    const held = client.call({}, 'hold');
    await stage.untilEntered(1);
    const draining = runtime.drain();
    expect(await probe(url, '/readyz')).toMatchObject({
      status: 503,
      health: { state: 'draining', live: true, ready: false },
    });
    expect(await probe(url, '/healthz')).toMatchObject({ status: 200 });
    stage.release();
    await held;
    await draining;
    expect(runtime.healthUrl).toBeUndefined();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('whose port is in use fail the start, and say so', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      taken.close();
    });
    await expect.poll(() => taken.listening).toBe(true);
    const { port } = taken.address() as net.AddressInfo;
    const { runtime: make } = await openTheatre(memory);
    const runtime = make({ health: { port } });
    const error = await errorOf(runtime.start());
    expect(error).toBeInstanceOf(ServerListenError);
    expect((error as Error).message).toBe(
      `cannot answer probes on 127.0.0.1:${port}: the port is in use`,
    );
    expect(runtime.state).toBe('failed');
  });

  it('are taken down when the start fails', async () => {
    const { runtime: make } = await openTheatre(memory);
    const runtime = make({
      health: { port: 0 },
      rpc: { endpoints: './no-such-module.js' },
    });
    await expect(runtime.start()).rejects.toThrow('no-such-module');
    expect(runtime.healthUrl).toBeUndefined();
  });
});

describeWithPrivateBroker('the health of a server whose broker', () => {
  it('freezes, takes no messages or is gone is bad, and good again with it', async () => {
    await using broker = await PrivateBroker.start();
    const runtime = new Runtime({
      transport: broker.url,
      rabbit: { retryMaxMs: 200 },
      rpc: { target: { topic: uniqueTopic(), server: 'one' }, endpoints: { echo: () => 'x' } },
      health: { port: 0, pingTimeoutMs: 500 },
      signals: false,
    });
    onTestFinished(() => runtime.stop({ graceMs: 0 }));
    await runtime.start();
    const wrong = async (): Promise<string[]> => wrongIn(await runtime.health());
    expect(await wrong()).toEqual([]);

    broker.freeze();
    // It takes the system a moment to stop every thread of it.
    await expect.poll(wrong).toEqual(['ping']);
    expect(await probe(runtime.healthUrl, '/readyz')).toMatchObject({ status: 503 });
    expect(await probe(runtime.healthUrl, '/healthz')).toMatchObject({ status: 200 });
    broker.thaw();
    await expect.poll(wrong, { timeout: 20_000 }).toEqual([]);

    await broker.ctl(['set_vm_memory_high_watermark', '0']);
    await expect.poll(wrong, { timeout: 20_000 }).toEqual(['unblocked', 'ping']);
    await broker.ctl(['set_vm_memory_high_watermark', '0.9']);
    await expect.poll(wrong, { timeout: 20_000 }).toEqual([]);

    await broker.kill();
    await expect.poll(wrong).toEqual(['connected', 'consuming', 'ping']);
    const { health } = await probe(runtime.healthUrl, '/readyz');
    expect(health).toMatchObject({ live: true, ready: false });
    expect(health.checks.connected.detail).toMatch(/^there has been no connection to the broker/);
    await broker.restart();
    await expect.poll(wrong, { timeout: 20_000 }).toEqual([]);
  }, 90_000);
});
