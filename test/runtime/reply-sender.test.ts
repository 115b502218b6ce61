import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, type Transport } from '../../src/driver/transport.ts';
import { ReplySender, type ReplySenderOptions } from '../../src/runtime/reply-sender.ts';
import { decodeReply, type Reply } from '../../src/wire/reply.ts';
import { brokerUrl } from '../support/broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';

const venues = [
  { kind: 'memory', open: async () => `memory://${randomUUID().slice(0, 8)}` },
  { kind: 'rabbit', open: brokerUrl },
];

async function open(url: string): Promise<Transport> {
  const transport = await connect(url);
  onTestFinished(() => transport.close());
  return transport;
}

/** A caller's reply queue, and what came to it. */
async function openCaller(url: string) {
  const transport = await open(url);
  const replies: Reply[] = [];
  const queue = await transport.driver.takeReplies(({ body }) => replies.push(decodeReply(body)));
  return { queue, replies, transport };
}

/** A server's sender. */
async function openSender(url: string, options: Partial<ReplySenderOptions> = {}) {
  const transport = await open(url);
  const log = new RecordedLog();
  let opened = 0;
  const sender = new ReplySender({
    driver: transport.driver,
    missingQueueTimeoutMs: 0,
    queuePrefix: 'reply_',
    callerGoneGraceMs: 200,
    openCancelQueue: () => {
      opened += 1;
      return transport.replyQueue();
    },
    log,
    ...options,
  });
  return { sender, transport, log, opened: () => opened };
}

const notReplyQueues = ['payments', 'reply_', `reply_${'x'.repeat(250)}`];

describe.each(venues)('ReplySender.keepAlive on $kind', (venue) => {
  it('tells the caller until it is ended', async () => {
    const url = await venue.open();
    const { queue, replies } = await openCaller(url);
    const { sender } = await openSender(url);
    const gone: string[] = [];
    const stop = sender.keepAlive({ queue, msgId: 'first' }, 20, () => gone.push('first'));
    await expect.poll(() => replies.length).toBeGreaterThan(3);
    stop();
    const count = replies.length;
    const stopOther = sender.keepAlive({ queue, msgId: 'second' }, 20, () => gone.push('second'));
    await expect.poll(() => replies.at(-1)?.msgId).toBe('second');
    const others = () => replies.filter(({ msgId }) => msgId === 'second');
    await expect.poll(() => others().length).toBeGreaterThan(2);
    stopOther();
    // One that was being sent may still have come.
    expect(replies.filter(({ msgId }) => msgId === 'first').length).toBeLessThanOrEqual(count + 1);
    expect(replies[0]).toMatchObject({ msgId: 'first', ending: false, result: null });
    expect(gone).toEqual([]);
  });

  it('notices a caller that has never been there', async () => {
    const url = await venue.open();
    const { sender } = await openSender(url);
    const startedAt = performance.now();
    const to = { queue: `reply_${randomUUID()}`, msgId: { toString: 1 } };
    await new Promise<void>((resolve) => void sender.keepAlive(to, 50, resolve));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(240);
  });

  it('notices a caller that has died, though its queue may outlive it', async () => {
    const url = await venue.open();
    const { queue, replies, transport } = await openCaller(url);
    const { sender } = await openSender(url);
    let isGone = false;
    sender.keepAlive({ queue, msgId: 'm' }, 50, () => {
      isGone = true;
    });
    await expect.poll(() => replies.length).toBeGreaterThan(2);
    expect(isGone).toBe(false);
    await transport.close();
    await expect.poll(() => isGone, { timeout: 10_000 }).toBe(true);
  });

  it('bears with a caller that comes back in time', async () => {
    const url = await venue.open();
    const { sender, transport } = await openSender(url, { callerGoneGraceMs: 2_000 });
    const caller = await open(url);
    // A server's queue is one like any other, and its name is its topic.
    const queue = `reply_${randomUUID()}`;
    const consume = () => caller.driver.listen({ topic: queue, server: 's' }, { prefetch: 1 });
    const first = await consume();
    const gone: string[] = [];
    const stop = sender.keepAlive({ queue, msgId: 'm' }, 20, () => gone.push('m'));
    const stopOther = sender.keepAlive({ queue: `${queue}_none`, msgId: 'none' }, 20, () =>
      gone.push('none'),
    );
    for (const message of await first.poll(1)) message.acknowledge();
    await first.close();
    await expect.poll(() => transport.driver.hasConsumer(queue)).toBe(false);
    const second = await consume();
    // Whoever was not there all that time is gone by now.
    await expect.poll(() => gone, { timeout: 10_000 }).toEqual(['none']);
    expect((await second.poll(1)).length).toBe(1);
    stop();
    stopOther();
  });

  it('tells nobody whose queue is no reply queue', async () => {
    const url = await venue.open();
    const { sender } = await openSender(url, { callerGoneGraceMs: 0 });
    const gone: string[] = [];
    for (const queue of notReplyQueues) {
      sender.keepAlive({ queue, msgId: 'm' }, 1, () => gone.push(queue));
    }
    const to = { queue: `reply_${randomUUID()}`, msgId: 'm' };
    await new Promise<void>((resolve) => void sender.keepAlive(to, 20, resolve));
    expect(gone).toEqual([]);
  });
});

describe.each(venues)('ReplySender.tellCancelQueue on $kind', (venue) => {
  it('tells the caller the reply queue of this process, which it opens once', async () => {
    const url = await venue.open();
    const { queue, replies } = await openCaller(url);
    const { sender, transport, opened } = await openSender(url);
    expect(opened()).toBe(0);
    for (const msgId of ['first', 'second']) sender.tellCancelQueue({ queue, msgId });
    await expect.poll(() => replies.length).toBe(2);
    const cancelQueue = await transport.replyQueue();
    for (const msgId of ['first', 'second']) {
      expect(replies).toContainEqual(
        expect.objectContaining({ msgId, ending: false, result: null, cancelQueue }),
      );
    }
    expect(opened()).toBe(1);
  });

  it('costs a call that is over soon no message', async () => {
    const url = await venue.open();
    const { queue, replies } = await openCaller(url);
    const { sender, opened } = await openSender(url);
    sender.tellCancelQueue({ queue, msgId: 'short' })();
    expect(opened()).toBe(0);
    sender.tellCancelQueue({ queue, msgId: 'long' });
    await expect.poll(() => replies.map(({ msgId }) => msgId)).toEqual(['long']);
  });

  it('tells nobody whose queue is no reply queue, or whose id is no text', async () => {
    const url = await venue.open();
    const { queue, replies } = await openCaller(url);
    const { sender, log } = await openSender(url);
    for (const other of notReplyQueues) sender.tellCancelQueue({ queue: other, msgId: 'm' });
    for (const msgId of [7, null, { id: 'm' }]) sender.tellCancelQueue({ queue, msgId });
    sender.tellCancelQueue({ queue, msgId: 'text' });
    await expect.poll(() => replies.map(({ msgId }) => msgId)).toEqual(['text']);
    expect(log.lines).toEqual([]);
  });

  it('says it quietly when the caller is not there', async () => {
    const url = await venue.open();
    const { sender, log } = await openSender(url);
    const queue = `reply_${randomUUID()}`;
    sender.tellCancelQueue({ queue, msgId: 'm' });
    await expect.poll(() => log.lines.length).toBe(1);
    expect(log.lines[0]).toMatchObject({
      level: 'debug',
      message: 'could not tell a caller where to cancel its call',
      fields: { queue, msgId: 'm' },
    });
  });
});

describe('a queue for cancellations that cannot be opened', () => {
  it('is said once, and not asked for again at every call', async () => {
    const url = `memory://${randomUUID().slice(0, 8)}`;
    const { queue, replies } = await openCaller(url);
    let asked = 0;
    const { sender, log } = await openSender(url, {
      openCancelQueue: async () => {
        asked += 1;
        throw new Error('access refused');
      },
    });
    for (let call = 0; call < 20; call += 1) sender.tellCancelQueue({ queue, msgId: `${call}` });
    const stop = sender.keepAlive({ queue, msgId: 'm' }, 20, () => {});
    await expect.poll(() => replies.length).toBeGreaterThan(2);
    stop();
    expect(asked).toBe(1);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { reason: 'access refused' } }]);
    expect(replies.every(({ msgId }) => msgId === 'm')).toBe(true);
  });
});
