import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Canceller } from '../../src/driver/canceller.ts';
import type { Destination, OutgoingMessage, SendOptions } from '../../src/driver/driver.ts';
import { deferred } from '../../src/waiting.ts';
import { cancellationIn } from '../../src/wire/cancellation.ts';
import { RecordedLog } from '../support/recorded-log.ts';

/** A canceller over a driver whose sends end as the test says. */
function canceller(onSend: () => Promise<void> = async () => {}) {
  const sent: { queue: string; msgId: string | undefined; options: SendOptions }[] = [];
  const log = new RecordedLog();
  const driver = {
    send(to: Destination, { headers = {} }: OutgoingMessage, options: SendOptions = {}) {
      const queue = to.type === 'reply' ? to.queue : 'none';
      sent.push({ queue, msgId: cancellationIn(headers), options });
      return onSend();
    },
  };
  return { canceller: new Canceller(driver, log), sent, log };
}

describe('Canceller', () => {
  it('sends at the very moment of the abort, where the server is known', () => {
    const { canceller: subject, sent } = canceller();
    const controller = new AbortController();
    subject.watch('m', controller.signal);
    subject.begun('m', 'reply_one');
    controller.abort();
    expect(sent).toMatchObject([{ queue: 'reply_one', msgId: 'm', options: { mandatory: true } }]);
    expect(subject.isPublishing).toBe(true);
  });

  it('knows the server that has begun a call last', () => {
    const { canceller: subject, sent } = canceller();
    const controller = new AbortController();
    subject.watch('m', controller.signal);
    subject.begun('m', 'reply_one');
    subject.begun('m', 'reply_two');
    controller.abort();
    expect(sent.map(({ queue }) => queue)).toEqual(['reply_two']);
  });

  it('believes nobody about calls that it does not know', () => {
    const { canceller: subject, sent } = canceller();
    const controller = new AbortController();
    for (const msgId of ['other', 7, null, { m: 1 }]) subject.begun(msgId, 'reply_one');
    subject.watch('m', controller.signal);
    controller.abort();
    expect(sent).toEqual([]);
  });

  it('leaves nothing behind of a call that is over', () => {
    const { canceller: subject, sent } = canceller();
    const controller = new AbortController();
    const stop = subject.watch('m', controller.signal);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    stop();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort();
    subject.begun('m', 'reply_one');
    expect(sent).toEqual([]);
  });

  it('remembers the latest 10,000 that no server had begun', () => {
    const { canceller: subject, sent } = canceller();
    const controller = new AbortController();
    const ids = Array.from({ length: 10_001 }, (_, n) => `${n}`);
    for (const msgId of ids) subject.watch(msgId, controller.signal);
    controller.abort();
    for (const msgId of ids) subject.begun(msgId, 'reply_one');
    expect(sent.map(({ msgId }) => msgId)).toEqual(ids.slice(1));
  });

  it('waits for what is on its way, but not for ever', async () => {
    const slow = deferred<void>();
    const { canceller: subject } = canceller(() => slow.promise);
    const controller = new AbortController();
    subject.watch('m', controller.signal);
    subject.begun('m', 'reply_one');
    controller.abort();
    const startedAt = performance.now();
    await subject.flush();
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    expect(subject.isPublishing).toBe(true);
    slow.resolve();
    await subject.flush();
    await expect.poll(() => subject.isPublishing).toBe(false);
  });

  it('owns what a send fails with', async () => {
    const { canceller: subject, log } = canceller(() => Promise.reject(new Error('no broker\n')));
    const controller = new AbortController();
    subject.watch('m', controller.signal);
    subject.begun('m', 'reply_one');
    controller.abort();
    await subject.flush();
    expect(log.lines).toEqual([
      {
        level: 'debug',
        message: 'could not cancel a call on its server',
        fields: { msgId: 'm', queue: 'reply_one', reason: 'no broker\\u000a' },
      },
    ]);
  });
});
