import { connect, type EmittedNotification, Notifier } from 'greenroom';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { notifyDriverNames } from '../../src/client/notify-drivers/make-drivers.ts';
import { compileRoutingRules } from '../../src/client/notify-drivers/routing-rules.ts';
import { safeContext, safeContextKeys } from '../../src/client/safe-context.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython, startPythonPeer } from '../support/python.ts';
import { PythonNotificationListener } from '../support/python-notification-listener.ts';

const methods = ['audit', 'debug', 'info', 'warn', 'error', 'critical', 'sample'] as const;
const payload = { text: 'naïve ☃ 😀', list: [1, 2.5, null, true], nested: { a: { b: [] } } };
const context = { user_id: 'u1', roles: ['admin'], request_id: 'req-1', auth_token: 'secret' };
/** The last is Python's own, of every message (oslo-wire.md 1.17). */
const arrived = { user_id: 'u1', roles: ['admin'], request_id: 'req-1', client_timeout: null };

let url: string;
beforeAll(async () => {
  url = await brokerUrl();
});

describeWithPython('notifications to Python', () => {
  describe.each(['messagingv2', 'messaging'] as const)('[driver: %s]', (driver) => {
    it('are received in every priority, with context and metadata', async () => {
      const topic = uniqueTopic();
      await using python = await PythonNotificationListener.start({ url, targets: [{ topic }] });
      await using transport = await connect(url);
      const notifier = new Notifier(transport, { publisherId: 'host1', topics: [topic], driver });
      for (const method of methods) await notifier[method](context, `of.${method}`, payload);
      const got = await python.notifications(methods.length);
      expect(got.toSorted(byEvent)).toEqual(
        methods.toSorted().map((priority) => ({
          priority,
          ctxt: arrived,
          publisher_id: 'host1',
          event_type: `of.${priority}`,
          payload,
          metadata: {
            message_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
            timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?$/),
          },
        })),
      );
      expect(python.log).toBe('');
    });

    it('are received in batches, all of them, in the order of their sending', async () => {
      const topic = uniqueTopic();
      await using transport = await connect(url);
      const notifier = new Notifier(transport, { topics: [topic], driver });
      // Before anybody listens: they wait in the queue that the notifier has declared.
      for (let index = 0; index < 100; index += 1) void notifier.info({}, 'e', index);
      await notifier.flush({ timeoutMs: 20_000 });
      const batch = { size: 10, timeout: 2 };
      await using python = await PythonNotificationListener.start({
        url,
        targets: [{ topic }],
        batch,
        // Several threads would print the batches in an order of their own.
        options: { DEFAULT: { executor_thread_pool_size: 1 } },
      });
      const got = await python.notifications(100);
      expect(got.map((one) => one.payload)).toEqual(Array.from({ length: 100 }, (_, n) => n));
      expect(Math.max(...python.batchSizes)).toBe(10);
    });
  });

  it('go to several topics and exchanges', async () => {
    const [first, second, third] = [uniqueTopic(), uniqueTopic(), uniqueTopic()];
    const exchange = uniqueTopic('exchange');
    const targets = [{ topic: first }, { topic: second }, { topic: third, exchange }];
    await using python = await PythonNotificationListener.start({ url, targets });
    await using transport = await connect(url);
    await using elsewhere = await connect(url, { controlExchange: exchange });
    await new Notifier(transport, { topics: [first, second] }).info({}, 'both', 1);
    await new Notifier(transport, { topics: [third], exchange }).warn({}, 'by option', 2);
    await new Notifier(elsewhere, { topics: [third] }).error({}, 'by transport', 3);
    const got = await python.notifications(4);
    const events = got.map(({ priority, event_type }) => `${priority} ${event_type}`);
    expect(events.toSorted()).toEqual([
      'error by transport',
      'info both',
      'info both',
      'warn by option',
    ]);
    const ids = got.filter(({ event_type }) => event_type === 'both');
    expect(new Set(ids.map(({ metadata }) => metadata.message_id)).size).toBe(1);
  });

  it('are understood compressed, and through durable queues', async () => {
    const topic = uniqueTopic();
    const exchange = uniqueTopic('exchange');
    const options = { oslo_messaging_rabbit: { amqp_durable_queues: true } };
    const targets = [{ topic, exchange }];
    await using python = await PythonNotificationListener.start({ url, targets, options });
    const rabbit = { topology: { durable: true } };
    await using transport = await connect(url, { compression: 'zlib', rabbit });
    const notifier = new Notifier(transport, { topics: [topic], exchange, throwOnFailure: true });
    await notifier.info({}, 'compressed', payload);
    expect(await python.notifications(1)).toMatchObject([{ event_type: 'compressed', payload }]);
  });
});

describeWithPython('what the notifier decides', () => {
  const routing = `
    everything_important:
      messagingv2:
        accepted_priorities: ['ERR*', critical, 'wa[rx]n']
      log:
        accepted_events: ['*.error', 'compute.[!d]*', 'v?lume.*']
    compute:
      messagingv2:
        accepted_events: ['compute.*']
        accepted_priorities: [info]
      test: {}
      messaging:
        accepted_events: []
  `;
  const priorities = ['info', 'warn', 'error', 'critical', 'sample'];
  const types = [
    'compute.create',
    'compute.delete',
    'volume.x',
    'vlume.x',
    'net.error',
    'Compute.a',
  ];
  const events = types.flatMap((type) => priorities.map((priority) => [type, priority] as const));
  const whole = Object.fromEntries([...safeContextKeys, 'auth_token', 'extra'].map((k) => [k, k]));

  it('is what oslo.messaging decides by the same rules and of the same context', async () => {
    const peer = await startPythonPeer('notifier_rules.py', { routing, events, contexts: [whole] });
    const { drivers, contexts } = await peer.line((line) => line['event'] === 'ready');
    await peer.stop();

    const rules = compileRoutingRules(
      parse(routing),
      new Map(notifyDriverNames.map((name) => [name, name])),
    );
    const ours = events.map(([eventType, priority]) => {
      const notification = { eventType, priority } as unknown as EmittedNotification;
      const accepting = rules.filter(({ accepts }) => accepts(notification));
      return [...new Set(accepting.map(({ driver }) => driver))].toSorted();
    });
    expect(ours).toEqual(drivers);
    // Since 14.7 it sends no context of a plain dict at all.
    if (contexts !== null) expect([safeContext(whole)]).toEqual(contexts);
  });
});

function byEvent(a: { event_type: string }, b: { event_type: string }): number {
  return a.event_type < b.event_type ? -1 : 1;
}
