import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, Notifier, notificationStream, type Transport } from '../../src/index.ts';

async function openTransport(): Promise<Transport> {
  const transport = await connect(`memory://${randomUUID().slice(0, 8)}`);
  onTestFinished(() => transport.close());
  return transport;
}

describe('notificationStream', () => {
  it('notifies records with the priority of their level and the payload of oslo.messaging', async () => {
    const notifier = new Notifier(await openTransport(), { driver: 'test', publisherId: 'p' });
    const stream = notificationStream(notifier);
    const log = pino({ name: 'app', level: 'trace' }, stream);
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) {
      log[level](level);
    }
    stream.end();
    await once(stream, 'close');
    const { notifications } = notifier;
    const priorities = notifications.map(({ priority }) => priority);
    expect(priorities).toEqual(['DEBUG', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL']);
    expect(notifications[3]).toMatchObject({
      publisherId: 'p',
      eventType: 'logrecord',
      payload: {
        name: 'app',
        levelno: 30,
        levelname: 'WARNING',
        exc_info: null,
        pathname: null,
        lineno: null,
        msg: 'warn',
        funcName: null,
        thread: null,
        processName: null,
        process: process.pid,
        extra: { hostname: expect.any(String) },
      },
    });
  });

  it('sends errors along, and masks secrets', async () => {
    const notifier = new Notifier(await openTransport(), { driver: 'test' });
    const log = pino({ base: null }, notificationStream(notifier));
    log.error(new TypeError('boom'));
    log.info({
      user: 'u',
      headers: { 'x-auth-token': 't', 'x-api-key': 'k' },
      list: [{ password: 1 }],
    });
    await notifier.flush();
    expect(notifier.notifications.map(({ payload }) => payload)).toMatchObject([
      { msg: 'boom', exc_info: ['TypeError', 'boom', expect.stringContaining('at ')] },
      {
        name: 'root',
        msg: '',
        extra: {
          user: 'u',
          headers: { 'x-auth-token': '***', 'x-api-key': '***' },
          list: [{ password: '***' }],
        },
      },
    ]);
  });

  it('[errorsOnly] notifies the text of errors, as PublishErrorsHandler does', async () => {
    const notifier = new Notifier(await openTransport(), { driver: 'test' });
    const log = pino(notificationStream(notifier, { errorsOnly: true }));
    log.warn('not this');
    log.error('that');
    log.fatal('and that');
    await notifier.flush();
    expect(notifier.notifications).toMatchObject([
      { priority: 'ERROR', eventType: 'error_notification', payload: { error: 'that' } },
      { priority: 'ERROR', eventType: 'error_notification', payload: { error: 'and that' } },
    ]);
  });

  it('does not notify what the notifier logs, which would never end', async () => {
    const log = pino(
      {
        base: null,
      },
      {
        write: (line: string) => {
          stream.write(line);
        },
      },
    );
    const failing = { notify: () => Promise.reject(new Error('no')) };
    const notifier = new Notifier(await openTransport(), { driver: [failing, 'log', 'test'], log });
    const stream = notificationStream(notifier);
    log.info('once');
    await notifier.flush();
    await notifier.flush();
    expect(notifier.notifications.map(({ payload }) => payload)).toMatchObject([{ msg: 'once' }]);
  });

  it('takes lines in pieces, levels of other kinds, and what is no JSON', async () => {
    const notifier = new Notifier(await openTransport(), { driver: 'test' });
    const stream = notificationStream(notifier);
    const bytes = Buffer.from(
      '{"level":35,"msg":"naïve"}\n\n{"level":"fatal"}\nplain\n{"level":"odd","msg":5}\n[1]',
    );
    for (const byte of bytes) stream.write(Buffer.of(byte));
    stream.end();
    await once(stream, 'close');
    const got = notifier.notifications.map(({ priority, payload }) => [
      priority,
      (payload as { msg: unknown }).msg,
    ]);
    expect(got).toEqual([
      ['INFO', 'naïve'],
      ['CRITICAL', ''],
      ['INFO', 'plain'],
      ['INFO', ''],
      ['INFO', '[1]'],
    ]);
  });
});
