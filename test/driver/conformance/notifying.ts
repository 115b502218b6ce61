import { describe, expect, it } from 'vitest';
import { type MakeDriver, openStage, outgoing, type Stage, takeTexts } from './stage.ts';

/** Where notifications go, and that they wait there. Source: oslo-wire.md 3. */
export function describeNotifying(makeDriver: MakeDriver): void {
  describe('notifications', () => {
    it('wait in the queue of their topic and priority for who listens only later', async () => {
      const stage = await openStage(makeDriver);
      await notify(stage, '1', 'info');
      await notify(stage, '2', 'error');
      await notify(stage, '3', 'info');

      expect(await takeTexts(await listenTo(stage, 'info'), 2)).toEqual(['1', '3']);
      expect(await takeTexts(await listenTo(stage, 'error'), 1)).toEqual(['2']);
    });

    it('go on to a queue that is listened to', async () => {
      const stage = await openStage(makeDriver);
      const listener = await listenTo(stage, 'info');
      await notify(stage, '1', 'info');
      const other = await openStage(makeDriver, stage);
      await notify(other, '2', 'info');
      expect(await takeTexts(listener, 2)).toEqual(['1', '2']);
    });

    it('of one topic on two exchanges share a queue, as with oslo.messaging', async () => {
      const stage = await openStage(makeDriver);
      const other = await openStage(makeDriver);
      await notify(stage, '1', 'info');
      await notify({ ...stage, exchange: other.exchange }, '2', 'info');
      expect(await takeTexts(await listenTo(stage, 'info'), 2)).toEqual(['1', '2']);
    });

    it('that are sent at once all arrive, in their order', async () => {
      const stage = await openStage(makeDriver);
      const texts = Array.from({ length: 200 }, (_, index) => String(index));
      await Promise.all(texts.map((text) => notify(stage, text, 'sample')));
      expect(await takeTexts(await listenTo(stage, 'sample', 1_000), 200)).toEqual(texts);
    });
  });
}

function notify({ driver, exchange, topic }: Stage, text: string, priority: string) {
  const target = { exchange, topic };
  return driver.send({ type: 'notification', target, priority }, outgoing(text));
}

/** A server of that name has the very queue that notifications of the priority come to. */
function listenTo({ driver, exchange, topic }: Stage, priority: string, prefetch = 100) {
  return driver.listen({ exchange, topic, server: priority }, { prefetch });
}
