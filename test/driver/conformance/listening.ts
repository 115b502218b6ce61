import { describe, expect, it } from 'vitest';
import { pause } from '../../../src/waiting.ts';
import { Inbox } from './inbox.ts';
import { type MakeDriver, openStage, take, takeOne, takeTexts, textOf } from './stage.ts';

/** How messages come out of a listener, and what stopping one does. */
export function describeListening(makeDriver: MakeDriver): void {
  describe('poll', () => {
    it('hands over messages in the order they were sent', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 10);
      const texts = Array.from({ length: 50 }, (_, n) => `${n}`);

      for (const text of texts) await stage.send(text);

      const taken: string[] = [];
      while (taken.length < 50) taken.push(...(await takeTexts(listener, 1)));
      expect(taken).toEqual(texts);
    });

    it('waits until there is a message', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');

      const polling = listener.poll(10);
      await stage.send('1');

      expect((await polling).map(textOf)).toEqual(['1']);
    });

    it('never hands over more than it was asked for', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      for (const text of ['1', '2', '3', '4', '5']) await stage.send(text);

      const taken: string[] = [];
      while (taken.length < 5) {
        const polled = await listener.poll(2);
        expect(polled.length).toBeLessThanOrEqual(2);
        taken.push(...polled.map(textOf));
      }

      expect(taken).toEqual(['1', '2', '3', '4', '5']);
    });

    it('hands over messages that were sent before anyone listened', async () => {
      const stage = await openStage(makeDriver);
      await (await stage.listen('a')).close();

      await stage.send('to the topic', {}, { mandatory: true });
      await stage.send('to the server', { server: 'a' }, { mandatory: true });

      const taken = await takeTexts(await stage.listen('a'), 2);
      expect(taken.toSorted()).toEqual(['to the server', 'to the topic']);
    });

    it('tells when a message arrived, and nothing of an expiration it does not have', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      const before = performance.now();
      await stage.send('1');

      const message = await takeOne(listener);

      expect(message.arrivedAt).toBeGreaterThanOrEqual(before);
      expect(message.arrivedAt).toBeLessThanOrEqual(performance.now());
      expect(message.expirationMs).toBeUndefined();
      expect(message.redelivered).toBe(false);
    });
  });

  describe('prefetch', () => {
    it('is never exceeded, queue by queue', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 2);
      for (const text of ['1', '2', '3', '4', '5']) await stage.send(text);

      const [first, second] = await take(listener, 2);
      await stage.send('marker', { server: 'a' });
      expect((await listener.poll(10)).map(textOf)).toEqual(['marker']);

      first?.acknowledge();
      expect((await listener.poll(10)).map(textOf)).toEqual(['3']);
      second?.acknowledge();
      expect((await listener.poll(10)).map(textOf)).toEqual(['4']);
    });

    it('counts messages that were not polled', async () => {
      const stage = await openStage(makeDriver);
      await stage.listen('a', 2);
      for (const text of ['1', '2', '3', '4']) await stage.send(text);

      const other = await stage.listen('b', 10);

      expect(await takeTexts(other, 2)).toEqual(['3', '4']);
    });
  });

  describe('expiration', () => {
    it('is told to the receiver', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');

      await stage.send('1', {}, { expirationMs: 60_000 });

      expect((await takeOne(listener)).expirationMs).toBe(60_000);
    });

    it('drops a message that nobody took in time', async () => {
      const stage = await openStage(makeDriver);
      await (await stage.listen('a')).close();
      await stage.send('late', {}, { expirationMs: 20 });
      await stage.send('patient');

      // Not for something to happen: the passing of time is what is tested.
      await pause(60);

      expect(await takeTexts(await stage.listen('a'), 1)).toEqual(['patient']);
    });

    it('drops a message that waited too long behind others', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 1);
      await stage.send('first');
      await stage.send('late', {}, { expirationMs: 20 });
      await stage.send('patient');
      const first = await takeOne(listener);

      await pause(60);
      first.acknowledge();

      expect(await takeTexts(listener, 1)).toEqual(['patient']);
    });

    it('no longer counts once a listener has the message', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      await stage.send('taken', {}, { expirationMs: 500 });
      const message = await takeOne(listener);

      await pause(600);
      message.acknowledge();
      await stage.send('next');

      expect(await takeTexts(listener, 1)).toEqual(['next']);
    });
  });

  describe('stop', () => {
    it('ends a poll that waits, and every later one, with nothing', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      const polling = listener.poll(10);

      expect(await listener.stop()).toBe(0);

      expect(await polling).toEqual([]);
      expect(await listener.poll(10)).toEqual([]);
    });

    it('gives back what was not polled, says how much, and keeps its order', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 3);
      for (const text of ['1', '2', '3', '4']) await stage.send(text);
      const polled = await takeOne(listener);
      expect(textOf(polled)).toBe('1');

      const count = await listener.stop();

      const rest = await take(await stage.listen('b'), 3);
      expect(rest.map(textOf)).toEqual(['2', '3', '4']);
      // A message may have been on its way still; what counts is what has been here.
      expect(rest.filter(({ redelivered }) => redelivered)).toHaveLength(count);
    });

    it('gives messages back to a server that already listens', async () => {
      const stage = await openStage(makeDriver);
      const inbox = new Inbox();
      const listener = await stage.listen('a', 10);
      for (const text of ['1', '2', '3', '4']) await stage.send(text);
      await takeOne(listener);
      inbox.attach('b', await stage.listen('b'), (message) => message.acknowledge());

      await listener.stop();

      await inbox.atLeast(3);
      expect(inbox.textsBy('b')).toEqual(['2', '3', '4']);
    });

    it('takes no further messages', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      await listener.stop();

      await stage.send('1');

      const [message] = await take(await stage.listen('b'), 1);
      expect(message).toMatchObject({ redelivered: false });
    });

    it('leaves polled messages to be acknowledged', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      await stage.send('1');
      const message = await takeOne(listener);

      await listener.stop();
      message.acknowledge();
      await listener.close();

      await stage.send('2');
      expect(await takeTexts(await stage.listen('b'), 1)).toEqual(['2']);
    });

    it('leaves polled messages to be requeued', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      await stage.send('1');
      const message = await takeOne(listener);

      await listener.stop();
      message.requeue();

      expect(await takeTexts(await stage.listen('b'), 1)).toEqual(['1']);
    });

    it('may be called twice', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      await Promise.all([listener.stop(), listener.stop()]);
      await listener.stop();
      expect(await listener.poll(1)).toEqual([]);
    });
  });

  describe('closing a listener', () => {
    it('delivers again what was not acknowledged', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      for (const text of ['1', '2', '3']) await stage.send(text);
      const [, second] = await take(listener, 3);
      second?.acknowledge();

      await listener.close();

      const again = await take(await stage.listen('b'), 2);
      expect(again.map(textOf)).toEqual(['1', '3']);
      expect(again.every(({ redelivered }) => redelivered)).toBe(true);
    });

    it('makes the verbs of its messages do nothing', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      for (const text of ['1', '2', '3']) await stage.send(text);
      const [first, second, third] = await take(listener, 3);
      await listener.close();

      first?.acknowledge();
      second?.requeue();
      third?.reject();

      expect(await takeTexts(await stage.listen('b'), 3)).toEqual(['1', '2', '3']);
    });

    it('ends a poll that waits, and may be done twice', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      const polling = listener.poll(10);

      await Promise.all([listener.close(), listener.close()]);
      await listener.close();

      expect(await polling).toEqual([]);
      expect(await listener.poll(1)).toEqual([]);
    });

    it('leaves the driver in working order', async () => {
      const stage = await openStage(makeDriver);
      await (await stage.listen('a')).close();
      const listener = await stage.listen('b');
      await stage.send('1');
      expect(await takeTexts(listener, 1)).toEqual(['1']);
    });
  });
}
