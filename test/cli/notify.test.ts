import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/index.ts';
import { type NotificationEar, openEar } from '../client/notification-ear.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { greenroom } from './command-line.ts';
import { tell } from './in-process.ts';

/** Topics that nobody else uses, and who listens to them. */
async function listening(...topics: readonly string[]): Promise<NotificationEar> {
  const transport = await connect(await brokerUrl());
  onTestFinished(() => transport.close());
  return await openEar(transport, topics);
}

describe('greenroom notify', () => {
  it('is done when the broker has the notification', async () => {
    const topic = uniqueTopic('cli');
    const payload = '{"id": 12345678901234567890, "text": "☃"}';
    const context = '{"user": "u1", "token": "x"}';
    const args = [
      'notify',
      payload,
      '--publisher-id',
      'p1',
      '--event-type',
      'a.b',
      '--topic',
      topic,
    ];
    const env = { GREENROOM_TRANSPORT: await brokerUrl() };
    const ended = await greenroom([...args, '--context', context, '--priority', 'ERROR'], { env });
    expect(ended).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    // Nobody listened: it has waited in its queue.
    const ear = await listening(topic);
    expect(await ear.take(1)).toMatchObject([
      {
        publisherId: 'p1',
        eventType: 'a.b',
        priority: 'ERROR',
        payload: { id: 12345678901234567890n, text: '☃' },
        context: { user: 'u1' },
        isEnveloped: true,
      },
    ]);
  });

  it('[--topic] [--driver] [--json] sends to several topics, without an envelope', async () => {
    const topics = [uniqueTopic('cli'), uniqueTopic('cli')];
    const ear = await listening(...topics);
    const args = topics.flatMap((topic) => ['--topic', topic]);
    const { code, stdout } = await tell(['notify', ...args, '--driver', 'messaging', '--json'], {
      transport: await brokerUrl(),
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ sent: true, ms: expect.any(Number) });
    expect(await ear.take(2)).toMatchObject(
      topics.map(() => ({ eventType: 'test', priority: 'INFO', payload: {}, isEnveloped: false })),
    );
  });

  it('reads the payload from stdin, any JSON', async () => {
    const topic = uniqueTopic('cli');
    const ear = await listening(topic);
    const args = ['notify', '-', '--topic', topic, '--url', await brokerUrl()];
    expect(await greenroom(args, { stdin: '"text"\n' })).toMatchObject({ code: 0, stderr: '' });
    expect(await ear.take(1)).toMatchObject([{ payload: 'text' }]);
  });

  it.each([
    [['{a}'], /the JSON payload can't be read: /],
    [['--priority', 'high'], /--priority.* It must be one of audit, debug, info, warn/],
    [['--driver', 'log'], /--driver.* Allowed choices are messagingv2, messaging/],
    [['--context', '[]'], /--context must be an object/],
    [['--url', 'memory://'], /memory:\/\/ lives inside one process/],
    [['--event-typ', 'x'], /unknown option '--event-typ' \(Did you mean --event-type\?\)/],
  ])('refuses %j', async (args, complaint) => {
    const { code, stdout, stderr } = await tell(['notify', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(complaint);
  });

  it('says that the broker cannot be reached', async () => {
    const { code, stderr } = await tell(['notify', '--url', 'rabbit://me:secret@127.0.0.1:1/']);
    expect(code).toBe(69);
    expect(stderr).toMatch(/^greenroom: [^\n]+\n$/);
    expect(stderr).not.toContain('secret');
  });
});
