import { RPCClient } from 'greenroom';
import { expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { openRawChannel } from '../support/raw-channel.ts';
import { scaled } from '../support/scale.ts';
import { FaultProxy } from './fault-proxy.ts';
import { Ledger } from './ledger.ts';
import { steadily } from './load.ts';
import { openClient, openTransport, serve } from './serve.ts';

/** A connection that ends before that may end so each time, and is made again after a pause. */
const shortLivedMs = 1_100;

it('a queue that is deleted under its consumer is declared and consumed again', {
  timeout: scaled(60_000, 300_000),
}, async (context) => {
  const [ledger, topic, url] = [new Ledger(), uniqueTopic(), await brokerUrl()];
  const server = await serve({ url, topic, ledger });
  const client = await openClient(url, topic);
  await using raw = await openRawChannel();
  const call = (): Promise<void> => ledger.send((id) => client.call({}, 'work', { id }));
  const times = scaled(5, 50);
  const took: number[] = [];
  await call();
  for (let time = 0; time < times; time++) {
    await raw.channel.deleteQueue(topic);
    const deletedAt = performance.now();
    // A call that were sent now would be returned: no queue takes it.
    await expect.poll(() => server.lost('listen'), { interval: 5 }).toBe(time + 1);
    await expect
      .poll(() => server.runtime.status.connections.every(({ state }) => state === 'connected'), {
        interval: 5,
      })
      .toBe(true);
    await call();
    took.push(performance.now() - deletedAt);
  }
  await report(context, {
    fault: `8. queue deleted under its consumer ×${times}`,
    promise: 'declared and consumed again, and the next call answered, within 1 s',
    counts: { times, ...ledger.account },
    worstMs: { 'to be answered': worst(took) },
  });
  expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: 0 });
  expect(worst(took)).toBeLessThan(scaled(10_000, 1_000));
});

it.for([
  [404, 'NOT_FOUND'],
  [405, 'RESOURCE_LOCKED'],
  [406, 'PRECONDITION_FAILED'],
  [541, 'INTERNAL_ERROR'],
] as const)(
  'channels that the broker closes with %i are opened again',
  {
    timeout: scaled(60_000, 300_000),
  },
  async ([code, name], context) => {
    const [ledger, topic] = [new Ledger(), uniqueTopic()];
    const proxy = await FaultProxy.open(await brokerUrl());
    const server = await serve({ url: proxy.url, topic, ledger });
    const transport = await openTransport(proxy.url);
    const client = new RPCClient(transport, { topic });
    const load = steadily(10, () => ledger.send((id) => client.call({}, 'work', { id })));
    const times = scaled(3, 20);
    const answered = async (more: number): Promise<void> => {
      const { confirmed } = ledger.account;
      await expect
        .poll(() => ledger.account.confirmed, { interval: 5 })
        .toBeGreaterThan(confirmed + more);
    };
    // What is refused as soon as it is connected is not connected again at once, in case it is each time.
    const areOld = (): boolean =>
      [...server.runtime.status.connections, ...transport.status].every(
        ({ state, since }) => state === 'connected' && Date.now() - since > shortLivedMs,
      );
    const silences: number[] = [];
    for (let time = 1; time <= times; time++) {
      await expect.poll(areOld).toBe(true);
      await answered(50);
      ledger.takeLongestSilence();
      proxy.closeChannels(code, `${name} - a test`);
      await expect.poll(() => server.lost('listen')).toBe(time);
      await answered(50);
      silences.push(ledger.takeLongestSilence());
    }
    await load.stop();
    await report(context, {
      fault: `19. every channel closed by the broker with ${code}, ×${times}`,
      promise:
        'calls answered, but for one whose publish alone the broker must have meant; again within 1 s',
      counts: { times, ...ledger.account },
      worstMs: { 'between two executions': worst(silences) },
    });
    expect(ledger.account).toMatchObject({ open: 0, lost: 0, duplicates: 0 });
    expect(ledger.account.failed).toBeLessThanOrEqual(times);
    expect(ledger.failures.filter((text) => !text.includes(name))).toEqual([]);
    expect(worst(silences)).toBeLessThan(scaled(10_000, 1_000));
  },
);

it('what is refused once is tried again soon, however long the broker was away', async () => {
  const [ledger, topic] = [new Ledger(), uniqueTopic()];
  const proxy = await FaultProxy.open(await brokerUrl());
  const [retryInitialMs, away] = [20, 12];
  const rabbit = { retryInitialMs, retryMaxMs: retryInitialMs };
  const { runtime, log } = await serve({ url: proxy.url, topic, ledger, rabbit });
  const attempts = (): readonly Readonly<Record<string, unknown>>[] =>
    log.lines
      .filter(({ message }) => message.startsWith('could not connect'))
      .map(({ fields }) => fields)
      .filter(({ role }) => role === 'listen');
  await proxy.refuse();
  await expect.poll(() => attempts().length).toBeGreaterThan(away);
  proxy.hold('basic.consume-ok');
  await proxy.accept();
  await expect.poll(() => proxy.held).toBeGreaterThan(0);
  proxy.closeChannels(404, 'NOT_FOUND - not yet');
  proxy.release();
  const isRefused = ({ reason }: Readonly<Record<string, unknown>>): boolean =>
    /^refused: /.test(String(reason));
  await expect.poll(() => attempts().filter(isRefused)).toHaveLength(1);
  expect(attempts().find(isRefused)?.['delayMs']).toBeLessThanOrEqual(retryInitialMs);
  await expect
    .poll(() => runtime.status.connections.every(({ state }) => state === 'connected'))
    .toBe(true);
});
