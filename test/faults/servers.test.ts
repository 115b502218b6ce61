import { describe, expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { scaled } from '../support/scale.ts';
import { Ledger } from './ledger.ts';
import { steadily } from './load.ts';
import { openClient } from './serve.ts';
import { Notes, type ServerProcess, useServerProcesses } from './server-process.ts';

const startServer = useServerProcesses();
const rpc = { acknowledge: 'on-reply' } as const;

describe('a server that is killed with SIGKILL', () => {
  it('leaves its calls to a second one, which answers each', async (context) => {
    const calls = scaled(200, 1_000);
    const url = await brokerUrl();
    const topic = uniqueTopic();
    const [notes, ledger] = [new Notes(), new Ledger()];
    const runtime = { async: { concurrency: calls } };
    const about = { url, topic, notes, rpc, runtime };
    const first = await startServer({ ...about, name: 'first', workMs: 600_000 });
    const client = await openClient(url, topic);
    const answers: unknown[] = [];
    const answered = Promise.all(
      Array.from({ length: calls }, () =>
        ledger.send(async (id) => {
          answers.push(await client.call({}, 'work', { id }, { timeoutMs: 120_000 }));
        }),
      ),
    );
    await expect.poll(() => notes.read()).toHaveLength(calls);
    await startServer({ ...about, name: 'second' });

    const killedAt = performance.now();
    await first.end('SIGKILL');
    await answered;
    const tookMs = performance.now() - killedAt;
    for (const [id] of notes.read()) ledger.executed(id);
    await report(context, {
      fault: `38. server SIGKILLed with ${calls} calls in flight, \`on-reply\`, a second server`,
      promise: 'each call answered once, by the second server, within 3 s; run again once',
      counts: { ...ledger.account },
      worstMs: { 'until all were answered': worst([tookMs]) },
    });
    expect(answers).toEqual(Array.from({ length: calls }, () => 'second'));
    expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: calls });
    expect(tookMs).toBeLessThan(scaled(20_000, 3_000));
  }, 120_000);

  it('loses with on-dispatch what it had begun, and no more', async (context) => {
    const url = await brokerUrl();
    const topic = uniqueTopic();
    const [notes, ledger] = [new Notes(), new Ledger()];
    const concurrency = 8;
    const about = { url, topic, notes, runtime: { async: { concurrency } } };
    const first = await startServer({ ...about, name: 'first', workMs: 600_000 });
    const client = await openClient(url, topic);
    const calls = 40;
    const answered = Promise.all(
      Array.from({ length: calls }, () =>
        ledger.send((id) => client.call({}, 'work', { id }, { timeoutMs: 15_000 })),
      ),
    );
    await expect.poll(() => notes.read()).toHaveLength(concurrency);
    // Acknowledgements go out at the end of the turn in which a method begins; this is answered later.
    await client.prepare({ server: 'first' }).call({}, 'oslo_rpc_server_ping');
    // Before the kill: how long it takes to start is no part of the callers' time.
    await startServer({ ...about, name: 'second' });
    await first.end('SIGKILL');
    await answered;
    for (const [id] of notes.read()) ledger.executed(id);
    await report(context, {
      fault: `38. server SIGKILLed with ${concurrency} calls begun and more fetched, \`on-dispatch\``,
      promise: 'lost are those that had begun: at most as many as run at once; none runs twice',
      counts: { begun: concurrency, ...ledger.account },
    });
    expect(ledger.account).toMatchObject({
      failed: concurrency,
      confirmed: calls - concurrency,
      lost: 0,
      duplicates: 0,
    });
  }, 60_000);
});

describe('two servers that are restarted in turn with SIGTERM', () => {
  it.for(['async', 'pool'] as const)(
    'under load and %s fail and lose no call, and run none twice',
    {
      timeout: scaled(120_000, 600_000),
    },
    async (executor, context) => {
      const restarts = scaled(2, 20);
      const url = await brokerUrl();
      const topic = uniqueTopic();
      const [notes, ledger] = [new Notes(), new Ledger()];
      const about = {
        url,
        topic,
        notes,
        rpc,
        executor,
        workMs: 20,
        runtime: { pool: { threads: 2, concurrency: 8 }, async: { concurrency: 16 } },
      };
      const start = (name: string): Promise<ServerProcess> => startServer({ ...about, name });
      const servers = [await start('a'), await start('b')];
      const client = await openClient(url, topic);
      const load = steadily(50, () => ledger.send((id) => client.call({}, 'work', { id })));
      const drained: number[] = [];
      for (let restart = 0; restart < restarts; restart++) {
        const { confirmed } = ledger.account;
        await expect.poll(() => ledger.account.confirmed).toBeGreaterThan(confirmed + 200);
        const server = servers.shift();
        const toldAt = performance.now();
        expect(await server?.end('SIGTERM')).toEqual({ code: 0, signal: null });
        drained.push(performance.now() - toldAt);
        servers.push(await start(`restarted-${restart}`));
      }
      await load.stop();
      for (const [id] of notes.read()) ledger.executed(id);
      await report(context, {
        fault: `36. ${restarts} rolling restarts (SIGTERM) of two servers under load, \`${executor}\``,
        promise: '0 lost, 0 failed, 0 run twice; exit code 0 within 2 s',
        counts: { restarts, ...ledger.account },
        worstMs: { 'from SIGTERM to exit': worst(drained) },
      });
      expect(ledger.failures).toEqual([]);
      expect(ledger.account).toMatchObject({ open: 0, lost: 0, duplicates: 0 });
      expect(worst(drained)).toBeLessThan(scaled(10_000, 2_000));
    },
  );
});
