import { describe, expect, it, onTestFinished } from 'vitest';
import type { WaitOptions } from '../../../src/waiting.ts';
import {
  type MakeDriver,
  openDriver,
  openStage,
  outgoing,
  replyTo,
  take,
  takeTexts,
  textOf,
  unknownReplyQueue,
} from './stage.ts';

const closedError = { code: 'ERR_GREENROOM_CLOSED', name: 'ClosedError' };

/** Why each of them failed; nothing for those that did not. */
async function reasonsOf(attempts: readonly Promise<unknown>[]): Promise<unknown[]> {
  const outcomes = await Promise.allSettled(attempts);
  return outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
}

/** Signals, time-outs, and the end of a driver. */
export function describeLifeCycle(makeDriver: MakeDriver): void {
  describe('signals and time-outs', () => {
    it('refuses to begin what is already cancelled', async () => {
      const { driver, topic, exchange, listen } = await openStage(makeDriver);
      const unopened = await makeDriver();
      onTestFinished(() => unopened.close());
      const reason = new Error('changed my mind');
      const options: WaitOptions = { signal: AbortSignal.abort(reason) };
      const target = { exchange, topic, server: 'a' };
      const cancelled = { code: 'ERR_GREENROOM_CALL_CANCELLED', cause: reason };
      const listener = await listen('a');

      const attempts = [
        unopened.open(options),
        driver.listen(target, { prefetch: 1, ...options }),
        driver.takeReplies(() => {}, options),
        driver.hasConsumer(unknownReplyQueue(), options),
        driver.send({ type: 'target', target }, outgoing('never sent'), options),
      ];

      expect(await reasonsOf(attempts)).toMatchObject(attempts.map(() => cancelled));
      await driver.send({ type: 'target', target }, outgoing('sent'));
      expect(await takeTexts(listener, 1)).toEqual(['sent']);
    });

    it('ends a send that is cancelled under way', async () => {
      const stage = await openStage(makeDriver);
      const controller = new AbortController();
      const reason = new Error('changed my mind');

      const sending = stage.send('1', {}, { signal: controller.signal });
      controller.abort(reason);

      await expect(sending).rejects.toMatchObject({
        code: 'ERR_GREENROOM_CALL_CANCELLED',
        cause: reason,
      });
    });

    it('goes on after a send was cancelled', async () => {
      const stage = await openStage(makeDriver);
      const controller = new AbortController();
      const sending = stage.send('cancelled', { server: 'b' }, { signal: controller.signal });
      controller.abort();
      await expect(sending).rejects.toThrow();
      const listener = await stage.listen('a');

      await stage.send('1');

      expect(await takeTexts(listener, 1)).toEqual(['1']);
    });

    it('sends within its time', async () => {
      const stage = await openStage(makeDriver);
      const options = { timeoutMs: 5_000, signal: new AbortController().signal };
      await expect(stage.send('1', {}, options)).resolves.toBeUndefined();
    });
  });

  describe('close', () => {
    it('may be called twice, and at the same time', async () => {
      const driver = await openDriver(makeDriver);
      await Promise.all([driver.close(), driver.close()]);
      await expect(driver.close()).resolves.toBeUndefined();
    });

    it('may be called before anything else', async () => {
      const driver = await makeDriver();
      await expect(driver.close()).resolves.toBeUndefined();
    });

    it('is what disposing does', async () => {
      const driver = await openDriver(makeDriver);
      await driver[Symbol.asyncDispose]();
      await expect(driver.open()).rejects.toMatchObject(closedError);
    });

    it('makes everything fail from then on', async () => {
      const { driver, topic, exchange } = await openStage(makeDriver);
      const target = { exchange, topic, server: 'a' };
      await driver.takeReplies(() => {});
      await driver.close();

      const attempts = [
        driver.open(),
        driver.listen(target, { prefetch: 1 }),
        driver.takeReplies(() => {}),
        driver.hasConsumer(unknownReplyQueue()),
        driver.send({ type: 'target', target }, outgoing('1')),
        driver.send(replyTo(unknownReplyQueue()), outgoing('1'), { mandatory: true }),
      ];

      expect(await reasonsOf(attempts)).toMatchObject(attempts.map(() => closedError));
    });

    it('ends polls that wait', async () => {
      const stage = await openStage(makeDriver);
      const listener = await stage.listen('a');
      const polling = listener.poll(10);

      await stage.driver.close();

      expect(await polling).toEqual([]);
      expect(await listener.poll(10)).toEqual([]);
    });

    it('gives back what was polled and what was not', async () => {
      const stage = await openStage(makeDriver);
      const other = await openStage(makeDriver, stage);
      const listener = await stage.listen('a');
      for (const text of ['1', '2', '3']) await stage.send(text);
      await take(listener, 1);

      await stage.driver.close();

      const again = await take(await other.listen('b'), 3);
      expect(again.map(textOf)).toEqual(['1', '2', '3']);
    });

    it('settles what is under way', async () => {
      const { driver, topic, exchange } = await openStage(makeDriver);
      const target = { exchange, topic, server: 'a' };

      const underWay = [
        driver.open(),
        driver.listen(target, { prefetch: 1 }),
        driver.takeReplies(() => {}),
        driver.send({ type: 'target', target }, outgoing('1')),
      ];
      const reasons = reasonsOf(underWay);
      await driver.close();

      // Each may have been done in time; if it was not, the closing is the reason.
      const failures = (await reasons).filter((reason) => reason !== undefined);
      expect(failures).toMatchObject(failures.map(() => closedError));
    });
  });
}
