import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Inbox } from './inbox.ts';
import { type MakeDriver, openStage, outgoing, takeTexts } from './stage.ts';

const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `${n + 1}`);

/** Which listeners a message reaches. Source: oslo-wire.md 3. */
export function describeRouting(makeDriver: MakeDriver): void {
  describe('routing', () => {
    it('hands a message for the topic to exactly one of its servers', async () => {
      const stage = await openStage(makeDriver);
      const inbox = new Inbox();
      inbox.attach('a', await stage.listen('a'), (message) => message.acknowledge());
      inbox.attach('b', await stage.listen('b'), (message) => message.acknowledge());
      const texts = numbered(20);

      for (const text of texts) await stage.send(text);
      await inbox.atLeast(20);
      await stage.send('last', { fanout: true });
      await inbox.atLeast(22);

      const sorted = inbox.received.map(({ text }) => text).toSorted();
      expect(sorted).toEqual([...texts, 'last', 'last'].toSorted());
    });

    it('shares the messages of the topic between servers that have room', async () => {
      const stage = await openStage(makeDriver);
      const inbox = new Inbox();
      inbox.attach('a', await stage.listen('a', 1));
      inbox.attach('b', await stage.listen('b', 1));

      await stage.send('1');
      await stage.send('2');
      await inbox.atLeast(2);

      expect(inbox.textsBy('a')).toHaveLength(1);
      expect(inbox.textsBy('b')).toHaveLength(1);
    });

    it('shares the messages of the topic between servers of two drivers', async () => {
      const stage = await openStage(makeDriver);
      const other = await openStage(makeDriver, stage);
      const inbox = new Inbox();
      inbox.attach('a', await stage.listen('a', 1));
      inbox.attach('b', await other.listen('b', 1));

      await stage.send('1');
      await stage.send('2');
      await inbox.atLeast(2);

      expect(inbox.textsBy('a')).toHaveLength(1);
      expect(inbox.textsBy('b')).toHaveLength(1);
    });

    it('hands a message for one server to that server only', async () => {
      const stage = await openStage(makeDriver);
      const a = await stage.listen('a');
      const b = await stage.listen('b');

      for (const text of numbered(10)) await stage.send(text, { server: 'b' });
      await stage.send('to a', { server: 'a' });

      expect(await takeTexts(b, 10)).toEqual(numbered(10));
      expect(await takeTexts(a, 1)).toEqual(['to a']);
    });

    it('hands a fanout to every server of the topic, once', async () => {
      const stage = await openStage(makeDriver);
      const other = await openStage(makeDriver, stage);
      const listeners = [await stage.listen('a'), await stage.listen('b'), await other.listen('c')];

      await stage.send('1', { fanout: true });
      await stage.send('2', { fanout: true });

      for (const listener of listeners) expect(await takeTexts(listener, 2)).toEqual(['1', '2']);
    });

    it('hands a fanout to every server even if the target names one', async () => {
      const stage = await openStage(makeDriver);
      const a = await stage.listen('a');
      const b = await stage.listen('b');

      await stage.send('all', { fanout: true, server: 'a' });

      expect(await takeTexts(a, 1)).toEqual(['all']);
      expect(await takeTexts(b, 1)).toEqual(['all']);
    });

    it('hands a fanout to servers of other exchanges too', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');

      await stage.send('heard', { fanout: true, exchange: `exchange-${randomUUID()}` });

      expect(await takeTexts(listener, 1)).toEqual(['heard']);
    });

    it('keeps fanouts from a server that listens only later', async () => {
      const stage = await openStage(makeDriver);
      await (await stage.listen('a')).close();

      await stage.send('missed', { fanout: true });
      const listener = await stage.listen('a');
      await stage.send('heard', { fanout: true });

      expect(await takeTexts(listener, 1)).toEqual(['heard']);
    });

    it('keeps topics of different exchanges apart', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      const elsewhere = { exchange: `exchange-${randomUUID()}` };

      await stage.send('elsewhere', elsewhere);
      await stage.send('elsewhere', { ...elsewhere, server: 'a' });
      await stage.send('here');

      expect(await takeTexts(listener, 1)).toEqual(['here']);
    });

    it('takes the control exchange for a target without an exchange', async () => {
      const { driver, topic } = await openStage(makeDriver);
      const listener = await driver.listen({ topic, server: 'a' }, { prefetch: 1 });

      await driver.send({ type: 'target', target: { topic } }, outgoing('here'));

      expect(await takeTexts(listener, 1)).toEqual(['here']);
    });

    it('lets a topic span exchanges, for the queue is named after the topic alone', async () => {
      const stage = await openStage(makeDriver);
      const exchange = `exchange-${randomUUID()}`;
      const listener = await stage.listen('a');
      const other = await stage.driver.listen(
        { topic: stage.topic, exchange, server: 'b' },
        { prefetch: 1 },
      );
      await other.close();

      await stage.send('to the same queue', { exchange });

      expect(await takeTexts(listener, 1)).toEqual(['to the same queue']);
    });
  });

  describe('a message that no queue takes', () => {
    it('is lost without a word', async () => {
      const stage = await openStage(makeDriver);
      await expect(stage.send('lost')).resolves.toBeUndefined();
      await expect(stage.send('lost', { server: 'a' })).resolves.toBeUndefined();
      await expect(stage.send('lost', { fanout: true })).resolves.toBeUndefined();
    });

    it('is an error when it was mandatory', async () => {
      const stage = await openStage(makeDriver);
      const undeliverable = { code: 'ERR_GREENROOM_UNDELIVERABLE', name: 'MessageUndeliverable' };

      await expect(stage.send('lost', {}, { mandatory: true })).rejects.toMatchObject(
        undeliverable,
      );
      await stage.listen('a');
      await expect(stage.send('lost', { server: 'b' }, { mandatory: true })).rejects.toMatchObject(
        undeliverable,
      );
    });

    it('does not hold up those that are sent along with it', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');

      const outcomes = await Promise.allSettled([
        stage.send('1', {}, { mandatory: true }),
        stage.send('lost', { server: 'b' }, { mandatory: true }),
        stage.send('2', {}, { mandatory: true }),
      ]);

      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await takeTexts(listener, 2)).toEqual(['1', '2']);
    });
  });
}
