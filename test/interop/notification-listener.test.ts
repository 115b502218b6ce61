import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import {
  type NotificationContext,
  type NotificationMetadata,
  type NotificationOptions,
  NotificationResult,
  notificationPriorities,
  type ReceivedNotification,
  Runtime,
  type RuntimeOptions,
} from '../../src/index.ts';
import { SharedStage } from '../executors/shared-stage.ts';
import { listenerModule } from '../notifications/auditorium.ts';
import { keepingLog, type LogLine } from '../runtime/theatre.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython, python } from '../support/python.ts';
import { PythonNotificationListener } from '../support/python-notification-listener.ts';
import { PythonNotifier } from '../support/python-notifier.ts';

interface Got {
  readonly priority: string;
  readonly values: object;
  readonly publisherId: string | null;
  readonly eventType: string | null;
  readonly payload: unknown;
  readonly metadata: NotificationMetadata;
}

/** An endpoint for every priority that keeps what it gets. */
function keeper(act: (got: Got) => unknown = () => undefined): { got: Got[]; endpoint: object } {
  const got: Got[] = [];
  const method =
    (priority: string) =>
    (
      ctx: NotificationContext,
      publisherId: string | null,
      eventType: string | null,
      payload: unknown,
      metadata: NotificationMetadata,
    ): unknown => {
      const one = { priority, values: ctx.values, publisherId, eventType, payload, metadata };
      got.push(one);
      return act(one);
    };
  const methods = notificationPriorities.map((priority) => [priority, method(priority)]);
  return { got, endpoint: Object.fromEntries(methods) };
}

/** Listens until the test is over. */
async function listen(
  notifications: NotificationOptions,
  { executor = 'async', ...options }: Omit<RuntimeOptions, 'rpc'> = {},
): Promise<Runtime> {
  const transport = await brokerUrl();
  const runtime = new Runtime({ transport, signals: false, notifications, ...options });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  await runtime.start({ executor });
  return runtime;
}

const payloads = (got: readonly Got[]): unknown[] => got.map(({ payload }) => payload);
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describeWithPython('notifications from Python', () => {
  it.each(['messagingv2', 'messaging'] as const)(
    '[driver: %s] are received in every priority, with context and metadata',
    async (driver) => {
      const topic = uniqueTopic();
      const { got, endpoint } = keeper();
      const runtime = await listen({ targets: { topic }, endpoints: endpoint });
      const payload = { text: 'naïve ☃ 😀', big: 2 ** 40, list: [1, 2.5, null], nested: { a: {} } };
      const ctxt = { user_id: 'u1', roles: ['admin'], auth_token: 'secret' };
      await using notifier = await PythonNotifier.start({
        url: await brokerUrl(),
        topics: [topic],
        driver,
        publisher_id: 'compute.host1',
      });
      for (const priority of notificationPriorities) {
        await notifier.notify({ priority, ctxt, event_type: `of.${priority}`, payload });
      }
      await expect.poll(() => runtime.counts.finished).toBe(notificationPriorities.length);

      const byPriority = (a: Got, b: Got): number => (a.priority < b.priority ? -1 : 1);
      expect(got.toSorted(byPriority)).toEqual(
        notificationPriorities.toSorted().map((priority) => ({
          priority,
          // Of a plain dict, newer versions of oslo.messaging send nothing along (oslo-wire.md 20).
          values: expect.toSatisfy((values) => !('auth_token' in values)),
          publisherId: 'compute.host1',
          eventType: `of.${priority}`,
          payload,
          metadata: {
            messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
            timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?$/),
          },
        })),
      );
    },
  );

  it('reach every pool, and one of its members each, be it Python or not', async () => {
    const topic = uniqueTopic();
    const url = await brokerUrl();
    const [first, second] = [`pool-${randomUUID()}`, `pool-${randomUUID()}`];
    const [nobody, a, b, c] = [keeper(), keeper(), keeper(), keeper()];
    const targets = { topic };
    await listen({ targets, endpoints: nobody.endpoint });
    await listen({ targets, endpoints: a.endpoint, pool: first });
    await listen({ targets, endpoints: b.endpoint, pool: first });
    await listen({ targets, endpoints: c.endpoint, pool: second });
    await using member = await PythonNotificationListener.start({
      url,
      targets: [{ topic }],
      pool: second,
    });
    await using notifier = await PythonNotifier.start({ url, topics: [topic] });
    await notifier.notify({ count: 40 });

    await expect.poll(() => nobody.got.length).toBe(40);
    await expect.poll(() => a.got.length + b.got.length).toBe(40);
    const theirs = await member.notifications(20);
    await expect.poll(() => c.got.length + theirs.length).toBe(40);
    expect([a.got.length, b.got.length]).toEqual([20, 20]);
    for (const all of [
      payloads(nobody.got),
      [...payloads(a.got), ...payloads(b.got)],
      [...payloads(c.got), ...theirs.map(({ payload }) => payload)],
    ]) {
      expect(all.toSorted((x, y) => Number(x) - Number(y))).toEqual(numbers(40));
    }
    expect(member.log).toBe('');
  });

  it('come again when they are asked for again', async () => {
    const topic = uniqueTopic();
    const times = new Map<unknown, number>();
    const { got, endpoint } = keeper(({ payload }) => {
      const time = (times.get(payload) ?? 0) + 1;
      times.set(payload, time);
      return time < 3 ? NotificationResult.REQUEUE : NotificationResult.HANDLED;
    });
    const runtime = await listen({ targets: { topic }, endpoints: endpoint, allowRequeue: true });
    await using notifier = await PythonNotifier.start({ url: await brokerUrl(), topics: [topic] });
    await notifier.notify({ count: 5 });

    await expect.poll(() => runtime.counts.finished).toBe(5);
    expect(got).toHaveLength(15);
    expect(runtime.counts.returned).toBe(10);
  });

  it('come in batches, in their order', async () => {
    const topic = uniqueTopic();
    const url = await brokerUrl();
    await using notifier = await PythonNotifier.start({ url, topics: [topic] });
    await notifier.notify({ count: 25 });
    const batches: unknown[][] = [];
    const endpoint = {
      info(batch: readonly ReceivedNotification[]) {
        batches.push(batch.map(({ payload }) => payload));
      },
    };
    const runtime = await listen(
      { targets: { topic }, endpoints: endpoint, batch: { size: 10, timeoutMs: 500 } },
      { executor: 'blocking' },
    );

    await expect.poll(() => runtime.counts.finished).toBe(25);
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 5]);
    expect(batches.flat()).toEqual(numbers(25));
  });

  it('of several topics and exchanges come to one listener', async () => {
    const [one, two, three] = [uniqueTopic(), uniqueTopic(), uniqueTopic()];
    const exchange = uniqueTopic('exchange');
    const { got, endpoint } = keeper();
    const targets = [{ topic: one }, { topic: two }, { topic: three, exchange }];
    await listen({ targets, endpoints: endpoint });
    const url = await brokerUrl();
    await using here = await PythonNotifier.start({ url, topics: [one, two] });
    const options = { DEFAULT: { control_exchange: exchange } };
    await using there = await PythonNotifier.start({ url, topics: [three], options });
    await here.notify({ payload: 'here' });
    await there.notify({ payload: 'there', priority: 'error' });

    await expect.poll(() => got.length).toBe(3);
    expect(payloads(got).toSorted()).toEqual(['here', 'here', 'there']);
    const ids = got
      .filter(({ payload }) => payload === 'here')
      .map((one) => one.metadata.messageId);
    expect(new Set(ids).size).toBe(1);
  });

  it('that oslo-messaging-send-notification sends are received', async () => {
    const topic = uniqueTopic();
    const { got, endpoint } = keeper();
    await listen({ targets: { topic }, endpoints: endpoint });
    const url = await brokerUrl();
    // What the command of that name runs.
    const command =
      'import sys; from oslo_messaging.notify.notifier import _send_notification; ' +
      'sys.exit(_send_notification())';
    const words = ['--publisher-id', 'cli.host', '--event-type', 'cli.test', '--priority', 'warn'];
    const where = ['--transport-url', url, '--topic', topic];
    await promisify(execFile)(python, ['-c', command, ...where, ...words, '{"a": 1}']);

    await expect.poll(() => got.length).toBe(1);
    expect(got[0]).toMatchObject({
      priority: 'warn',
      publisherId: 'cli.host',
      eventType: 'cli.test',
      payload: '{"a": 1}',
    });
  });

  it('keep the connection of a busy pool, and survive a crash of its host', async () => {
    const topic = uniqueTopic();
    const stage = SharedStage.open();
    onTestFinished(() => stage.close());
    const lines: LogLine[] = [];
    const runtime = await listen(
      { targets: { topic }, endpoints: listenerModule('listener', stage), maxCrashes: 2 },
      {
        executor: 'pool',
        pool: { threads: 1 },
        rabbit: { heartbeatMs: 1_000 },
        log: keepingLog(lines),
      },
    );
    await using notifier = await PythonNotifier.start({ url: await brokerUrl(), topics: [topic] });
    // Longer than the broker waits for a heartbeat.
    await notifier.notify({ payload: { name: 'busy', do: 'spin', ms: 4_000 } });
    await notifier.notify({ payload: { name: 'bad', do: 'crash' } });
    for (const n of numbers(20)) await notifier.notify({ payload: { name: `good ${n}` } });

    await expect.poll(() => runtime.counts).toMatchObject({ finished: 21, abandoned: 1 });
    const names = stage.notes.map((note) => JSON.parse(note).payload.name);
    expect(names.filter((name) => name === 'busy')).toHaveLength(1);
    expect(names.filter((name) => name === 'bad')).toHaveLength(2);
    expect(new Set(names).size).toBe(22);
    expect(lines.map(({ message }) => message).join()).not.toMatch(/connection/);
  });
});
