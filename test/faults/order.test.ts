import { Notifier, RPCClient, Runtime } from 'greenroom';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { report } from '../support/fault-report.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { scaled } from '../support/scale.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { steadily } from './load.ts';
import { openTransport, serve } from './serve.ts';

const rabbit = { topology: { durable: true } };
const kills = scaled(1, 5);
/** Of both connections, the sender's and the receiver's, between two kills. */
const resets = scaled(3, 10);

/** Sends one message under that id. */
type Send = (id: string) => Promise<void>;

describeWithPrivateBroker('order, under `blocking`, over outages and resets', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start();
  });
  afterAll(() => broker.stop());

  it.for([
    { what: 'casts, each awaited', opened: castsOf, atOnce: 1 },
    { what: 'casts, 20 at a time', opened: castsOf, atOnce: 20 },
    { what: 'notifications, each awaited', opened: notificationsOf, atOnce: 1 },
    { what: 'notifications, 20 at a time', opened: notificationsOf, atOnce: 20 },
  ])(
    'of one sender is kept: $what',
    { timeout: scaled(120_000, 300_000) },
    async ({ what, opened, atOnce }, context) => {
      const [ledger, proxy] = [new Ledger(), await FaultProxy.open(broker.url)];
      const send = await opened(proxy.url, uniqueTopic(), ledger);
      const sendAll = (): Promise<unknown> =>
        Promise.all(Array.from({ length: atOnce }, () => ledger.send(send)));
      const load = steadily(1, async () => void (await sendAll()));
      const goesOn = async (): Promise<void> => {
        const { confirmed } = ledger.account;
        await expect.poll(() => ledger.account.confirmed).toBeGreaterThan(confirmed + 50);
      };
      for (let kill = 0; kill < kills; kill++) {
        for (let reset = 0; reset < resets; reset++) {
          await goesOn();
          proxy.reset();
        }
        await goesOn();
        await broker.kill();
        await broker.restart();
      }
      await goesOn();
      await load.stop();
      await expect.poll(() => ledger.account.lost).toBe(0);
      await report(context, {
        fault: `2. ${kills} SIGKILLs of the broker and ${kills * resets} resets under ${what}, \`blocking\``,
        promise: 'each is executed first in the order of their sending; 0 lost',
        counts: { ...ledger.account, overtaken: ledger.overtaken },
      });
      expect(ledger.failures).toEqual([]);
      expect(ledger.overtaken).toBe(0);
    },
  );
});

/** Served by a `blocking` server behind the same proxy. */
async function castsOf(url: string, topic: string, ledger: Ledger): Promise<Send> {
  const rpc = { acknowledge: 'on-reply' } as const;
  await serve({ url, topic, ledger, executor: 'blocking', rabbit, rpc });
  const client = new RPCClient(await openTransport(url, { rabbit }), { topic });
  return (id) => client.cast({}, 'work', { id });
}

/** Listened to by a `blocking` listener behind the same proxy. */
async function notificationsOf(url: string, topic: string, ledger: Ledger): Promise<Send> {
  const info = (_ctx: unknown, _publisher: string, _event: string, { id }: { id: string }): void =>
    ledger.executed(id);
  const runtime = new Runtime({
    transport: url,
    rabbit,
    notifications: { targets: { topic }, endpoints: { info } },
    signals: false,
    executor: 'blocking',
  });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  await runtime.start();
  const transport = await openTransport(url, { rabbit });
  const notifier = new Notifier(transport, { topics: [topic], throwOnFailure: true });
  return (id) => notifier.info({}, 'an.event', { id });
}
