import { RPCClient } from 'greenroom';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { scaled } from '../support/scale.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { openTransport, serve } from './serve.ts';
import type { Damage } from './stream-damage.ts';

/** Shorter than the defaults by the same factor: a wrong length looks like silence. */
const rabbit = {
  topology: { durable: true },
  heartbeatMs: 1_000,
  handshakeTimeoutMs: 500,
  methodTimeoutMs: 500,
  confirmTimeoutMs: 500,
  consumerCheckMs: 200,
  retryMaxMs: 200,
};
/** Of each row: a quarter for each side and direction. */
const offsets = scaled(20, 1_000);

interface Stage {
  readonly ledger: Ledger;
  /** Sends two calls and two casts, and resolves when their senders have been told. */
  readonly work: (timeoutMs?: number) => Promise<void>;
  /** Between the server and the broker, and between the client and the broker. */
  readonly proxies: readonly FaultProxy[];
}

describeWithPrivateBroker('a stream of bytes', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start();
  });
  afterAll(() => broker.stop());

  /** A server and a client, each behind a proxy of its own. */
  async function stage(): Promise<Stage> {
    const [ledger, topic] = [new Ledger(), uniqueTopic()];
    const ofServer = await FaultProxy.open(broker.url);
    const ofClient = await FaultProxy.open(broker.url);
    await serve({ url: ofServer.url, topic, ledger, rabbit, rpc: { acknowledge: 'on-reply' } });
    const client = new RPCClient(await openTransport(ofClient.url, { rabbit }), { topic });
    const work = async (timeoutMs = 30_000): Promise<void> => {
      const send = (kind: 'call' | 'cast'): Promise<void> =>
        ledger.send((id) => client[kind]({}, 'work', { id }, { timeoutMs }));
      await Promise.all([send('call'), send('cast'), send('call'), send('cast')]);
    };
    return { ledger, work, proxies: [ofServer, ofClient] };
  }

  it(
    'that is cut at every offset of a session loses nothing',
    async (context) => {
      const { ledger, work, proxies } = await stage();
      const unhandled = noteUnhandled();
      const took: number[] = [];
      let cuts = 0;
      for (const { proxy, damage } of await damages('cut', proxies, work)) {
        proxy.damage(damage);
        proxy.reset();
        const resetAt = performance.now();
        await work();
        took.push(performance.now() - resetAt);
        if (proxy.mend()) cuts++;
      }
      await expect.poll(() => ledger.account.lost).toBe(0);
      await report(context, {
        fault: `41. a connection cut after the n-th byte, at ${offsets} offsets of a session, either way`,
        promise: '0 lost, 0 failed, nothing unhandled; answered within 1.5 s',
        counts: { cuts, unhandled: unhandled.length, ...ledger.account },
        worstMs: { 'to be answered': worst(took) },
      });
      expect(ledger.failures).toEqual([]);
      expect(ledger.account).toMatchObject({ open: 0, lost: 0 });
      expect(unhandled).toEqual([]);
      expect(cuts).toBeGreaterThan(0.9 * offsets);
      expect(worst(took)).toBeLessThan(scaled(10_000, 1_500));
    },
    scaled(120_000, 1_800_000),
  );

  it(
    'with a bit that is flipped at every offset of a session crashes nothing',
    async (context) => {
      const { ledger, work, proxies } = await stage();
      const unhandled = noteUnhandled();
      const took: number[] = [];
      let flips = 0;
      // After which even a message failed that was sent when the senders of the others had been told.
      const lasting: Damage[] = [];
      for (const { proxy, damage } of await damages('flip', proxies, work)) {
        proxy.damage(damage);
        proxy.reset();
        await work(1_500);
        if (proxy.mend()) flips++;
        const { failed } = ledger.account;
        const toldAt = performance.now();
        await work();
        took.push(performance.now() - toldAt);
        if (ledger.account.failed > failed) lasting.push(damage);
      }
      // What was cast before this has been executed when this is answered, or never will be.
      await work();
      await report(context, {
        fault: `41. a bit flipped in the n-th byte, at ${offsets} offsets of a session, either way`,
        promise:
          'nothing unhandled; of what is under way at most one message a flip is lost, for it is another one then; ' +
          'what is sent when its senders have been told is answered within 1.5 s',
        counts: { flips, unhandled: unhandled.length, ...ledger.account },
        worstMs: { 'to be answered after it': worst(took) },
      });
      expect(lasting).toEqual([]);
      expect(ledger.account.open).toBe(0);
      expect(ledger.account.lost).toBeLessThanOrEqual(flips);
      expect(unhandled).toEqual([]);
      expect(flips).toBeGreaterThan(0.9 * offsets);
      expect(worst(took)).toBeLessThan(scaled(10_000, 1_500));
    },
    scaled(120_000, 1_800_000),
  );
});

/** Damage at offsets that are spread over what a session needs, of each proxy and in either direction. */
async function damages(
  how: Damage['how'],
  proxies: readonly FaultProxy[],
  work: () => Promise<void>,
): Promise<{ proxy: FaultProxy; damage: Damage }[]> {
  for (const proxy of proxies) proxy.reset();
  await work();
  const streams = proxies.flatMap((proxy) =>
    (['client', 'broker'] as const).map((by) => ({ proxy, by, bytes: proxy.longest(by) })),
  );
  const each = offsets / streams.length;
  return streams.flatMap(({ proxy, by, bytes }) =>
    Array.from({ length: each }, (_, index) => {
      const damage: Damage = { how, by, at: Math.floor((index * bytes) / each) };
      return { proxy, damage };
    }),
  );
}

/** What is thrown or rejected and nobody takes, until the end of the test. */
function noteUnhandled(): readonly unknown[] {
  const unhandled: unknown[] = [];
  const note = (error: unknown): number => unhandled.push(error);
  process.on('unhandledRejection', note);
  process.on('uncaughtExceptionMonitor', note);
  onTestFinished(() => {
    process.off('unhandledRejection', note);
    process.off('uncaughtExceptionMonitor', note);
  });
  return unhandled;
}
