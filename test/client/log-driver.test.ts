import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { connect, Notifier, type Transport } from '../../src/index.ts';
import { RecordedLog } from '../support/recorded-log.ts';

/** Begins a Greenroom of its own in memory, which ends with the test. */
async function openTransport(): Promise<Transport> {
  const transport = await connect(`memory://${randomUUID().slice(0, 8)}`);
  onTestFinished(() => transport.close());
  return transport;
}

it('[driver: log] writes notifications by their priority, without secrets', async () => {
  const log = new RecordedLog();
  const notifier = new Notifier(await openTransport(), { driver: 'log', log });
  const payload = { admin_password: 'x', list: [{ auth_token: 'y', name: 'z' }] };
  await notifier.audit({}, 'a.b', payload);
  for (const method of ['debug', 'warn', 'error', 'critical', 'sample'] as const) {
    await notifier[method]({}, 'e', {});
  }
  const levels = ['info', 'debug', 'warn', 'error', 'error', 'debug'];
  expect(log.lines.map(({ level }) => level)).toEqual(levels);
  expect(log.lines[0]?.message).toBe('notification a.b');
  expect(log.lines[0]?.fields['notification']).toMatchObject({
    eventType: 'a.b',
    payload: { admin_password: '***', list: [{ auth_token: '***', name: 'z' }] },
  });
});

it('[driver: log] sees the secrets in objects of classes, and refuses cycles', async () => {
  class Account {
    readonly user = 'u';
    readonly password = 'x';
  }
  const said = { toJSON: () => ({ apiKey: 'y', size: 1n }) };
  const log = new RecordedLog();
  const notifier = new Notifier(await openTransport(), { driver: 'log', log });
  await notifier.info({}, 'e', { account: new Account(), said, at: new Date(0) });
  expect(log.lines[0]?.fields['notification']).toMatchObject({
    payload: {
      account: { user: 'u', password: '***' },
      said: { apiKey: '***', size: 1 },
      at: '1970-01-01T00:00:00.000000',
    },
  });
  const parent: Record<string, unknown> = {};
  parent['children'] = [{ parent }, { parent }];
  await notifier.info({}, 'e', parent);
  expect(log.lines[1]).toMatchObject({
    message: 'a notification was not sent',
    fields: { reason: expect.stringContaining('cyclic') },
  });
});
