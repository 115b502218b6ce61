import { randomUUID } from 'node:crypto';
import { connect, Notifier } from 'greenroom';
import { describe, expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { greenroom, startGreenroom } from './command-line.ts';
import { listenSilently } from './silent-broker.ts';

describe('greenroom tail', () => {
  it('shows what comes, takes nothing from others, and leaves no queue behind', async () => {
    const topic = uniqueTopic();
    const url = await brokerUrl();
    await using transport = await connect(url);
    const notifier = new Notifier(transport, { publisherId: 'host1', topics: [topic] });
    await using tail = startGreenroom(['tail', topic, '--url', url]);
    const notice = await tail.line(/listening to notifications/);
    expect(notice).toContain('nothing is taken from others');
    const pool = /greenroom-tail-[0-9a-f-]{36}/.exec(notice)?.[0] ?? '';
    expect(await transport.driver.hasConsumer(pool)).toBe(true);

    await notifier.info({ user_id: 'u1' }, 'thing.made', { id: 7, note: 'two\nlines' });
    await notifier.error({}, 'thing.broke', ['a', null]);
    await tail.line(/thing\.broke/);
    tail.kill('SIGINT');
    const { code, stdout } = await tail.ended;

    expect(code).toBe(0);
    const time = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} /;
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => line.replace(time, ''))).toEqual([
      'INFO host1 thing.made {"id":7,"note":"two\\nlines"}',
      'ERROR host1 thing.broke ["a",null]',
    ]);
    expect(await transport.driver.hasConsumer(pool)).toBe(false);
    const { driver } = transport;
    const waiting = await driver.listenForNotifications(
      { targets: [{ topic }], priorities: ['info', 'error'] },
      { prefetch: 10 },
    );
    expect(await waiting.poll(10)).not.toEqual([]);
  });

  it('[--json] prints a line for each, of those that the filters let pass', async () => {
    const topic = uniqueTopic();
    const url = await brokerUrl();
    await using transport = await connect(url);
    const of = (publisherId: string) => new Notifier(transport, { publisherId, topics: [topic] });
    const filters = ['--event-type', 'a\\.', '--publisher-id', 'host', '--priority', 'warn'];
    const count = ['--priority', 'ERROR', '--count', '2'];
    await using tail = startGreenroom([
      'tail',
      topic,
      '--url',
      url,
      '--json',
      ...filters,
      ...count,
    ]);
    await tail.line(/listening/);
    await of('host1').info({}, 'a.info', 1);
    await of('other').warn({}, 'a.warn', 2);
    await of('host1').warn({}, 'b.warn', 3);
    await of('host1').warn({ user_id: 'u1' }, 'a.warn', { big: 2n ** 60n });
    await of('host2').error({}, 'a.error', null);
    const { code, stdout } = await tail.ended;

    expect(code).toBe(0);
    const [first, second, ...more] = stdout.trim().split('\n');
    expect(more).toEqual([]);
    expect(first).toContain('"payload":{"big":1152921504606846976}');
    expect(JSON.parse(first ?? '')).toMatchObject({
      priority: 'warn',
      publisherId: 'host1',
      eventType: 'a.warn',
      context: { user_id: 'u1' },
      metadata: { messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(JSON.parse(second ?? '')).toMatchObject({ priority: 'error', payload: null });
  });

  it('[--pool] shares the queue of a pool, which stays, and gives back what it does not show', async () => {
    const topic = uniqueTopic();
    const url = await brokerUrl();
    await using transport = await connect(url);
    const notifier = new Notifier(transport, { topics: [topic] });
    const pool = `pool-${randomUUID()}`;
    const args = ['tail', topic, '--url', url, '--pool', pool, '--count', '1'];
    await using first = startGreenroom(args);
    expect(await first.line(/listening/)).toContain('its other members do not get');
    for (const event of ['one', 'two', 'three']) await notifier.info({}, event, {});
    expect((await first.ended).stdout).toContain(' one ');

    expect((await greenroom(args)).stdout).toContain(' two ');
    expect((await greenroom(args)).stdout).toContain(' three ');
  });

  it.each([
    [['tail', 't', '--priority', 'urgent'], /It must be one of audit, debug/],
    [['tail', 't', '--event-type', '(?=a)'], /pattern for eventType/],
    [['tail', 't', '--url', 'memory://'], /memory:\/\/ lives inside one process/],
  ])('%j is wrong usage', async (args, text) => {
    const { code, stderr } = await greenroom(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(text);
  });

  it('says by its exit code that a signal ended it before it listened', async () => {
    await using silent = await listenSilently();
    await using tail = startGreenroom(['tail', 't', '--url', silent.url]);
    await silent.connected;
    tail.kill('SIGTERM');
    expect(await tail.ended).toMatchObject({ code: 143, stdout: '' });
  });

  it('says that the broker is not there', async () => {
    const { code } = await greenroom(['tail', 't', '--url', 'rabbit://127.0.0.1:1/']);
    expect(code).toBe(69);
  });
});
