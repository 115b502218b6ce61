import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Listener, NotificationSources } from '../../../src/driver/driver.ts';
import { Inbox } from './inbox.ts';
import {
  type MakeDriver,
  openStage,
  outgoing,
  type Stage,
  take,
  takeTexts,
  textOf,
} from './stage.ts';

/** Which notifications a listener gets, and who shares them. */
export function describeNotifications(makeDriver: MakeDriver): void {
  describe('listening for notifications', () => {
    it('takes those of each target and priority, and no others', async () => {
      const stage = await openStage(makeDriver);
      const other = `${stage.topic}-other`;
      const targets = [
        { topic: stage.topic, exchange: stage.exchange },
        { topic: other, exchange: stage.exchange },
      ];
      const listener = await hear(stage, { targets, priorities: ['info', 'error'] });
      await hear(stage, { priorities: ['debug'] });

      for (const priority of ['debug', 'info', 'error']) await notify(stage, priority);
      await notify(stage, 'info', { topic: other });
      await notify(stage, 'error', { topic: other, text: 'the last' });

      const texts = await takeTexts(listener, 4);
      expect(texts.toSorted()).toEqual(['error', 'info', 'info', 'the last']);
    });

    it('shares a queue between those who listen to the same', async () => {
      const stage = await openStage(makeDriver);
      const inbox = await attended(stage, { a: {}, b: {} });

      for (let n = 0; n < 20; n++) await notify(stage, 'info', { text: `${n}` });
      await inbox.atLeast(20);

      expect(inbox.textsBy('a')).toHaveLength(10);
      expect(inbox.textsBy('b')).toHaveLength(10);
    });

    it('gives each pool a copy, which its members share', async () => {
      const stage = await openStage(makeDriver);
      const [first, second] = [randomUUID(), randomUUID()];
      const inbox = await attended(stage, {
        nobody: {},
        a: { pool: first },
        b: { pool: first },
        c: { pool: second },
      });

      for (let n = 0; n < 10; n++) await notify(stage, 'info', { text: `${n}` });
      await inbox.atLeast(30);

      const all = Array.from({ length: 10 }, (_, n) => `${n}`);
      expect(inbox.textsBy('nobody')).toEqual(all);
      expect(inbox.textsBy('c')).toEqual(all);
      expect(inbox.textsBy('a')).toHaveLength(5);
      const shared = [...inbox.textsBy('a'), ...inbox.textsBy('b')];
      expect(shared.toSorted()).toEqual(all);
    });

    it('keeps what comes to a pool while nobody listens', async () => {
      const stage = await openStage(makeDriver);
      const pool = randomUUID();
      await (await hear(stage, { pool })).close();

      await notify(stage, 'info', { text: 'kept' });

      expect(await takeTexts(await hear(stage, { pool }), 1)).toEqual(['kept']);
    });

    it('drops a temporary pool with its last member', async () => {
      const stage = await openStage(makeDriver);
      const pool = randomUUID();
      const [a, b] = [
        await hear(stage, { pool, isTemporary: true }),
        await hear(stage, { pool, isTemporary: true }),
      ];
      await a.close();
      await notify(stage, 'info', { text: 'for b' });
      expect(await takeTexts(b, 1)).toEqual(['for b']);

      await b.close();
      await notify(stage, 'info', { text: 'for nobody' });

      const again = await hear(stage, { pool, isTemporary: true });
      await notify(stage, 'info', { text: 'for the next' });
      expect(await takeTexts(again, 1)).toEqual(['for the next']);
    });

    it('binds one queue to both exchanges of a topic', async () => {
      const stage = await openStage(makeDriver);
      const second = `${stage.exchange}-second`;
      const targets = [stage.exchange, second].map((exchange) => ({
        topic: stage.topic,
        exchange,
      }));
      const listener = await hear(stage, { targets });

      await notify(stage, 'info', { text: 'first' });
      await notify(stage, 'info', { text: 'second', exchange: second });

      expect(await takeTexts(listener, 2)).toEqual(['first', 'second']);
    });

    it('delivers again what was given back, or not settled by the close', async () => {
      const stage = await openStage(makeDriver);
      const listener = await hear(stage, {});
      await notify(stage, 'info', { text: '1' });
      await notify(stage, 'info', { text: '2' });

      const [first] = await take(listener, 2);
      first?.requeue();
      const [again] = await take(listener, 1);
      expect(again).toMatchObject({ redelivered: true });
      await listener.close();

      const both = await take(await hear(stage, {}), 2);
      expect(both.map(textOf)).toEqual(['1', '2']);
    });
  });
}

/** Listens to the stage's topic, unless told otherwise; closed with the driver. */
function hear(
  { driver, topic, exchange }: Stage,
  sources: Partial<NotificationSources>,
): Promise<Listener> {
  return driver.listenForNotifications(
    { targets: [{ topic, exchange }], priorities: ['info'], ...sources },
    { prefetch: 100 },
  );
}

/** Listens by several names, and acknowledges all that comes. */
async function attended(
  stage: Stage,
  listeners: Readonly<Record<string, Partial<NotificationSources>>>,
): Promise<Inbox> {
  const inbox = new Inbox();
  for (const [name, sources] of Object.entries(listeners)) {
    inbox.attach(name, await hear(stage, sources), (message) => message.acknowledge());
  }
  return inbox;
}

/** Publishes a notification whose text is its priority, unless told otherwise. */
async function notify(
  { driver, ...stage }: Stage,
  priority: string,
  {
    text = priority,
    topic = stage.topic,
    exchange = stage.exchange,
  }: { text?: string; topic?: string; exchange?: string } = {},
): Promise<void> {
  const target = { topic, exchange };
  await driver.send({ type: 'notification', target, priority }, outgoing(text));
}
