import { describe, expect, it } from 'vitest';
import type { DriverFeatures } from '../conformance.ts';
import { Inbox } from './inbox.ts';
import { type MakeDriver, openStage, takeOne, takeTexts, textOf } from './stage.ts';

/** The four verbs of an incoming message. */
export function describeSettling(makeDriver: MakeDriver, features: DriverFeatures): void {
  describe('settling', () => {
    it('[acknowledge] has the broker forget the message', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      await stage.send('1');

      (await takeOne(listener)).acknowledge();
      await listener.close();

      await stage.send('2');
      expect(await takeTexts(await stage.listen('a'), 1)).toEqual(['2']);
    });

    it('[requeue] has the broker deliver it again, marked', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 1);
      await stage.send('1');

      (await takeOne(listener)).requeue();

      const again = await takeOne(listener);
      expect(textOf(again)).toBe('1');
      expect(again.redelivered).toBe(true);
    });

    it('[retry] has the broker deliver it again, marked', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 1);
      await stage.send('1');

      (await takeOne(listener)).retry();

      expect(await takeOne(listener)).toMatchObject({ redelivered: true });
    });

    it('[requeue] lets another server have it', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 1);
      await stage.send('1');
      const message = await takeOne(listener);
      const inbox = new Inbox();
      inbox.attach('b', await stage.listen('b', 1));
      await listener.stop();

      message.requeue();

      const [received] = await inbox.atLeast(1);
      expect(received).toMatchObject({ by: 'b', text: '1', message: { redelivered: true } });
    });

    it.runIf(features.requeueKeepsPlace)('[requeue] puts it back in its place', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 1);
      for (const text of ['1', '2', '3']) await stage.send(text);

      (await takeOne(listener)).requeue();

      const taken: string[] = [];
      while (taken.length < 3) taken.push(...(await takeTexts(listener, 1)));
      expect(taken).toEqual(['1', '2', '3']);
    });

    it('[reject] has the broker drop it', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 1);
      await stage.send('1');
      await stage.send('2');

      (await takeOne(listener)).reject();
      expect(await takeTexts(listener, 1)).toEqual(['2']);
      await listener.close();

      await stage.send('3');
      expect(await takeTexts(await stage.listen('a'), 1)).toEqual(['3']);
    });

    it('counts the first verb only', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 1);
      for (const text of ['1', '2', '3', '4']) await stage.send(text);

      const first = await takeOne(listener);
      first.acknowledge();
      first.acknowledge();
      first.requeue();
      first.reject();
      const second = await takeOne(listener);
      second.reject();
      second.requeue();
      const third = await takeOne(listener);
      third.requeue();
      third.acknowledge();

      const again = await takeOne(listener);
      again.acknowledge();
      expect([first, second, third, again].map(textOf)).toEqual(['1', '2', '3', '3']);
      expect(await takeTexts(listener, 1)).toEqual(['4']);
    });

    it('gives credit back, whatever the verb', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 1);
      for (const text of ['1', '2', '3']) await stage.send(text);

      (await takeOne(listener)).acknowledge();
      (await takeOne(listener)).reject();

      expect(await takeTexts(listener, 1)).toEqual(['3']);
    });

    it('may be done in any order', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a', 3);
      for (const text of ['1', '2', '3', '4', '5', '6']) await stage.send(text);
      const held = [
        await takeOne(listener),
        await takeOne(listener),
        await takeOne(listener),
      ].toReversed();

      for (const message of held) message.acknowledge();

      expect(await takeTexts(listener, 3)).toEqual(['4', '5', '6']);
    });
  });
}
