import { Runtime } from 'greenroom';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deferred } from '../../src/waiting.ts';
import { brokerUrl, describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { brokerMajorVersion } from '../support/broker-version.ts';
import { report } from '../support/fault-report.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { scaled } from '../support/scale.ts';
import { Ledger } from './ledger.ts';
import { openClient } from './serve.ts';
import { Notes, useServerProcesses } from './server-process.ts';

const skippedOn4 =
  brokerMajorVersion() < 4
    ? ''
    : ' (skipped: RabbitMQ 4.3 has that timeout for quorum queues only, and cancels the consumer)';

describeWithPrivateBroker("a call that takes longer than the broker's consumer timeout", () => {
  it.skipIf(skippedOn4)(
    `is told in the log, runs once, and is answered${skippedOn4}`,
    async (context) => {
      const seconds = 2;
      await using broker = await PrivateBroker.start({
        advancedConfig: `[{rabbit, [{channel_tick_interval, 500}, {consumer_timeout, ${seconds}000}]}].`,
      });
      const ledger = new Ledger();
      const topic = uniqueTopic();
      const log = new RecordedLog();
      const over = deferred<void>();
      const work = async (_ctx: unknown, { id }: { id: string }): Promise<string> => {
        ledger.executed(id);
        await over.promise;
        return id;
      };
      const runtime = new Runtime({
        transport: broker.url,
        rpc: {
          target: { topic, server: 'one' },
          endpoints: { work },
          acknowledge: 'on-reply',
        },
        signals: false,
        log,
      });
      onTestFinished(() => runtime.stop({ graceMs: 0 }));
      await runtime.start();
      const client = await openClient(broker.url, topic);
      const times = scaled(2, 10);
      const answered = ledger.send((id) => client.call({}, 'work', { id }, { timeoutMs: 120_000 }));
      const timeouts = (): readonly object[] =>
        log.lines.filter(({ fields }) =>
          /delivery acknowledgement.*timed out/.test(String(fields['reason'])),
        );
      await expect.poll(timeouts, { timeout: 60_000 }).toHaveLength(times);
      over.resolve();
      await answered;
      // A later call proves that nothing of the earlier one is left in the queue's way.
      await ledger.send((id) => client.call({}, 'work', { id }));
      await report(context, {
        fault: `20. consumer timeout of ${seconds} s, ${times} times within one call, \`on-reply\``,
        promise: 'the reason in the log; run once, answered; the late acknowledgement does nothing',
        counts: { timeouts: times, ...ledger.account },
      });
      expect(ledger.failures).toEqual([]);
      expect(ledger.account).toMatchObject({ confirmed: 2, lost: 0, duplicates: 0 });
    },
    120_000,
  );
});

const startServer = useServerProcesses();

describe('a message that kills every process that runs it', () => {
  it('ends by the delivery limit of its queue, and takes nothing along but what was fetched with it', async (context) => {
    const limit = 3;
    const [concurrency, lookAhead] = [4, 8];
    const url = await brokerUrl();
    const topic = uniqueTopic();
    const [notes, ledger] = [new Notes(), new Ledger()];
    const rabbit = { topology: { quorum: true, quorumDeliveryLimit: limit } };
    const controlExchange = uniqueTopic('exchange');
    const start = (name: string) =>
      startServer({
        url,
        topic,
        notes,
        name,
        rpc: { acknowledge: 'on-reply', lookAhead },
        runtime: { rabbit, controlExchange, async: { concurrency } },
      });
    const first = await start('server-0');
    const client = await openClient(url, topic, { rabbit, controlExchange });
    // Behind it, and fetched with it.
    const bystanders = 50;
    await Promise.all([
      client.cast({}, 'die', { id: 'poison' }),
      ...Array.from({ length: bystanders }, () =>
        ledger.send((id) => client.cast({}, 'work', { id })),
      ),
    ]);
    await first.ended;
    for (let death = 2; death <= limit + 1; death++) {
      // It may get the message, and die of it, before it can say that it is ready.
      const next = await start(`server-${death}`).catch(() => undefined);
      await next?.ended;
    }
    await start('the last');
    // What is left of them comes before this.
    await ledger.send((id) => client.call({}, 'work', { id }));
    const done = notes.read().map(([id]) => id);
    const runs = done.filter((id) => id === 'poison').length;
    for (const id of done) if (id !== 'poison') ledger.executed(id);
    await report(context, {
      fault: `39. a message that kills its process, quorum queue with a delivery limit of ${limit}`,
      promise:
        'delivered as often as the limit says; what was fetched with it each time goes with it, as the broker ' +
        'counts that too: at most concurrency + lookAhead - 1; everything else is served',
      counts: { runs, concurrency, lookAhead, ...ledger.account },
    });
    expect(runs).toBe(limit + 1);
    expect(ledger.account).toMatchObject({ confirmed: bystanders + 1, open: 0, duplicates: 0 });
    expect(ledger.account.lost).toBeLessThan(concurrency + lookAhead);
  }, 90_000);
});
