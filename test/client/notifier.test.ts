import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  connect,
  InvalidOptionError,
  MessagingTimeout,
  Notifier,
  type NotifyDriver,
  type Transport,
} from '../../src/index.ts';
import { deferred } from '../../src/waiting.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { openEar } from './notification-ear.ts';

/** Begins a Greenroom of its own in memory, which ends with the test. */
async function openTransport(): Promise<Transport> {
  const transport = await connect(`memory://${randomUUID().slice(0, 8)}`);
  onTestFinished(() => transport.close());
  return transport;
}

const failing: NotifyDriver = { notify: () => Promise.reject(new Error('the driver failed')) };

describe('Notifier', () => {
  it.each([
    ['audit', 'AUDIT'],
    ['debug', 'DEBUG'],
    ['info', 'INFO'],
    ['warn', 'WARN'],
    ['warning', 'WARN'],
    ['error', 'ERROR'],
    ['critical', 'CRITICAL'],
    ['sample', 'SAMPLE'],
  ] as const)('%s notifies with the priority %s', async (method, priority) => {
    const transport = await openTransport();
    const ear = await openEar(transport, ['notifications']);
    const notifier = new Notifier(transport, { publisherId: 'compute.host1' });
    await notifier[method]({ user_id: 'u1' }, 'compute.create', { id: 12 });
    expect(await ear.take(1)).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        publisherId: 'compute.host1',
        eventType: 'compute.create',
        priority,
        payload: { id: 12 },
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?$/),
        context: { user_id: 'u1' },
        uniqueId: expect.stringMatching(/^[0-9a-f]{32}$/),
        isEnveloped: true,
      },
    ]);
  });

  it('sends to every topic the same message, with ids of their own', async () => {
    const transport = await openTransport();
    const ears = await Promise.all(['a', 'b'].map((topic) => openEar(transport, [topic])));
    const notifier = new Notifier(transport, { topics: ['a', 'b'] });
    await notifier.info({}, 'e', 'text');
    const [a, b] = (await Promise.all(ears.map((ear) => ear.take(1)))).flat();
    expect(a?.uniqueId).not.toBe(b?.uniqueId);
    expect({ ...a, uniqueId: b?.uniqueId }).toEqual(b);
    expect(a).toMatchObject({ publisherId: null, payload: 'text' });
  });

  it('sends by every driver, and to the exchange it is told', async () => {
    const transport = await openTransport();
    const ear = await openEar(transport, ['t'], 'other');
    const notifier = new Notifier(transport, {
      topics: ['t'],
      exchange: 'other',
      driver: ['messaging', 'test', 'messagingv2'],
    });
    await notifier.info({}, 'e', {});
    const heard = await ear.take(2);
    expect(heard.map(({ isEnveloped }) => isEnveloped).toSorted()).toEqual([false, true]);
    expect(new Set(heard.map(({ messageId }) => messageId)).size).toBe(1);
    expect(notifier.notifications).toHaveLength(1);
  });

  it('lets only the known keys of a context leave, whatever a serializer adds', async () => {
    const serializer = {
      serializeEntity: (_: object, entity: unknown) => ({ wrapped: entity }),
      deserializeEntity: (_: object, entity: unknown) => entity,
      serializeContext: (context: object) => ({ ...context, token: 'added', request_id: 'r' }),
      deserializeContext: (values: object) => values,
    };
    const notifier = new Notifier(await openTransport(), { driver: 'test', serializer });
    const context = {
      roles: ['admin'],
      auth_token: 'secret',
      service_catalog: [],
      user: 'alice',
      password: 'secret',
      is_admin: false,
    };
    await notifier.info(context, 'e', 5);
    const signal = new AbortController().signal;
    await notifier.info({ values: context, signal }, 'e', 6);
    expect(notifier.notifications).toMatchObject([
      { context: { roles: ['admin'], user: 'alice', is_admin: false, request_id: 'r' } },
      { context: { roles: ['admin'], user: 'alice', is_admin: false, request_id: 'r' } },
    ]);
    expect(JSON.stringify(notifier.notifications)).not.toMatch(/secret|added|catalog/);
    expect(notifier.notifications.map(({ payload }) => payload)).toEqual([
      { wrapped: 5 },
      { wrapped: 6 },
    ]);
  });

  it('derives notifiers that differ in publisher and share what is kept', async () => {
    const notifier = new Notifier(await openTransport(), { publisherId: 'a', driver: 'test' });
    const other = notifier.prepare({ publisherId: 'b' });
    await notifier.info({}, 'e', 1);
    await other.info({}, 'e', 2);
    await other.prepare({ retry: 0 }).info({}, 'e', 3);
    const publishers = ['a', 'b', 'b'];
    expect(notifier.notifications.map(({ publisherId }) => publisherId)).toEqual(publishers);
    expect(other.notifications).toEqual(notifier.notifications);
    expect(() => notifier.prepare({ retry: -2 })).toThrow(InvalidOptionError);
    expect(() => notifier.prepare({ publisherId: 5 } as never)).toThrow('publisherId must be text');
    expect(() => notifier.prepare({ publisher: 'x' } as never)).toThrow(
      "publisher: unknown option (did you mean 'publisherId'?)",
    );
  });

  it('keeps for tests what a listener would get', async () => {
    const notifier = new Notifier(await openTransport(), { driver: 'test' });
    await notifier.sample({ user: 'u' }, 'e', { at: new Date(0), none: undefined });
    expect(notifier.notifications).toEqual([
      {
        priority: 'SAMPLE',
        context: { user: 'u' },
        publisherId: null,
        eventType: 'e',
        payload: { at: '1970-01-01T00:00:00.000000', none: null },
        metadata: { messageId: expect.any(String), timestamp: expect.any(String) },
      },
    ]);
  });

  it('is enabled unless it does nothing', async () => {
    const transport = await openTransport();
    expect(new Notifier(transport).isEnabled).toBe(true);
    expect(new Notifier(transport, { driver: ['noop', 'log'] }).isEnabled).toBe(true);
    const silent = new Notifier(transport, { driver: 'noop' });
    await silent.info({}, 'e', {});
    expect(silent.isEnabled).toBe(false);
    expect(silent.prepare({ publisherId: 'x' }).isEnabled).toBe(false);
  });

  it.each([
    [{ driver: 'mesaging' }, "there is no 'mesaging' (did you mean 'messaging'?)"],
    [{ driver: [] }, "'noop'"],
    [{ driver: 'routing' }, 'needs the option routing'],
    [{ driver: { send() {} } }, 'must have the method notify'],
    [{ driver: ['test', null] }, 'must have the method notify'],
    [{ topics: [] }, 'topics'],
    [{ topic: 'a' }, "topic: unknown option (did you mean 'topics'?)"],
    [{ retry: 1.5 }, 'retry must be'],
    [{ timeoutMs: 0 }, 'timeoutMs must be'],
    [{ serializer: {} }, 'serializer must have'],
  ])('refuses the options %j', async (options, complaint) => {
    const transport = await openTransport();
    const make = () => new Notifier(transport, options as never);
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(complaint);
  });
});

describe('what cannot be sent', () => {
  it('is a line in the log without the payload, and keeps no driver from sending', async () => {
    const log = new RecordedLog();
    const driver = [failing, 'test'] as const;
    const notifier = new Notifier(await openTransport(), { driver, log, publisherId: 'p' });
    await notifier.error({}, 'e', { password: 'x' });
    expect(notifier.notifications).toHaveLength(1);
    const [{ metadata } = { metadata: undefined }] = notifier.notifications;
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: 'a notification was not sent',
        fields: {
          reason: 'the driver failed',
          notification: {
            messageId: metadata?.messageId,
            publisherId: 'p',
            eventType: 'e',
            priority: 'ERROR',
          },
        },
      },
    ]);
  });

  it('keeps no driver from sending either when a driver throws at once', async () => {
    const throwing = {
      notify(): never {
        throw new Error('at once');
      },
    };
    const driver = [failing, throwing, 'test'] as const;
    const transport = await openTransport();
    const notifier = new Notifier(transport, { driver, throwOnFailure: true });
    await expect(notifier.info({}, 'e', {})).rejects.toThrow('the driver failed (and 1 more)');
    expect(notifier.notifications).toHaveLength(1);
    const one = new Notifier(transport, { driver: throwing, throwOnFailure: true });
    await expect(one.info({}, 'e', {})).rejects.toThrow('at once');
  });

  it('is told of whatever was thrown', async () => {
    const log = new RecordedLog();
    const odd: NotifyDriver = { notify: () => Promise.reject(Object.create(null)) };
    const transport = await openTransport();
    await new Notifier(transport, { driver: odd, log }).info({}, 'e', {});
    await new Notifier(transport, { driver: [odd, odd], log }).info({}, 'e', {});
    const reasons = log.lines.map(({ fields }) => fields['reason']);
    expect(reasons).toEqual(['an object', 'an object (and 1 more)']);
  });

  it('[throwOnFailure] rejects', async () => {
    const transport = await openTransport();
    const one = new Notifier(transport, { driver: failing, throwOnFailure: true });
    await expect(one.info({}, 'e', {})).rejects.toThrow('the driver failed');
    const two = new Notifier(transport, { driver: [failing, failing], throwOnFailure: true });
    await expect(two.info({}, 'e', {})).rejects.toThrow('the driver failed (and 1 more)');
    const bytes = new Notifier(transport, { throwOnFailure: true });
    await expect(bytes.info({}, 'e', new Uint8Array(1))).rejects.toThrow(TypeError);
    await transport.close();
    await expect(bytes.info({}, 'e', {})).rejects.toThrow('the transport is closed');
  });

  it('ends with the wait, of the notifier or of one notification', async () => {
    const waits: unknown[] = [];
    const driver: NotifyDriver = { notify: async (_, wait) => void waits.push(wait) };
    const notifier = new Notifier(await openTransport(), { driver, timeoutMs: 5, retry: 3 });
    const { signal } = new AbortController();
    await notifier.info({}, 'e', {});
    await notifier.prepare({ retry: -1 }).info({}, 'e', {}, { timeoutMs: 7, signal });
    expect(waits).toEqual([
      { timeoutMs: 5, signal: undefined, retry: 3 },
      { timeoutMs: 7, signal, retry: undefined },
    ]);
    await expect(notifier.info({}, 'e', {}, { timeoutMs: -1 })).rejects.toThrow(InvalidOptionError);
  });
});

describe('Notifier.flush', () => {
  it('waits for all that is under way, sent or not, and no longer than it is told', async () => {
    const gates = [deferred<void>(), deferred<void>()];
    const left = [...gates];
    const driver: NotifyDriver = { notify: () => left.shift()?.promise ?? Promise.resolve() };
    const notifier = new Notifier(await openTransport(), { driver });
    const onSent = vi.fn();
    void notifier.info({}, 'e', 1).then(onSent);
    void notifier.prepare({ publisherId: 'x' }).info({}, 'e', 2).then(onSent);
    await expect(notifier.flush({ timeoutMs: 1 })).rejects.toThrow(MessagingTimeout);
    const flushed = notifier.flush();
    for (const gate of gates) gate.resolve();
    await flushed;
    expect(onSent).toHaveBeenCalledTimes(2);
    await notifier.flush();
  });

  it('has thousands on their way at once, in their order', async () => {
    const transport = await openTransport();
    const ear = await openEar(transport, ['notifications']);
    const notifier = new Notifier(transport);
    for (let index = 0; index < 2_000; index += 1) void notifier.info({}, 'e', index);
    await notifier.flush();
    const payloads = (await ear.take(2_000)).map(({ payload }) => payload);
    expect(payloads).toEqual(Array.from({ length: 2_000 }, (_, index) => index));
  });
});
