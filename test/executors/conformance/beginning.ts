import { describe, expect, it } from 'vitest';
import { MalformedMessage } from '../../../src/errors.ts';
import {
  call,
  type MakeExecutor,
  openWorkshop,
  replyOf,
  requestBody,
  runBody,
  type Workshop,
} from './workshop.ts';

/** When `onBegin` is called, and when it is not. */
export function describeBeginning(workshop: () => Workshop, makeExecutor: MakeExecutor): void {
  describe('begins', () => {
    it('once, with the method and where the answer goes, while the method still runs', async () => {
      const { run, stage } = workshop();
      const held = run({ method: 'hold' });
      expect(await held.hasBegun).toEqual({
        method: 'hold',
        replyTo: { queue: call.replyQueue, msgId: call.msgId },
      });
      await stage.untilEntered(1);
      stage.release();
      expect((await held.outcome).type).toBe('done');
      expect(held.begun).toHaveLength(1);
    });

    it('before the outcome is known, also of a method that cannot be called', async () => {
      const { run } = workshop();
      const order: string[] = [];
      const unknown = run({ method: 'mix' });
      await Promise.all([
        unknown.hasBegun.then(() => order.push('begun')),
        unknown.outcome.then(() => order.push('outcome')),
      ]);
      expect(order).toEqual(['begun', 'outcome']);
      expect(unknown.begun).toHaveLength(1);
    });

    it('with nowhere to answer for a cast', async () => {
      const cast = workshop().run({ method: 'note', call: undefined });
      await cast.outcome;
      expect(cast.begun).toEqual([{ method: 'note', replyTo: undefined }]);
    });

    it('only when it may, if the work asks', async () => {
      const { executor, stage } = workshop();
      const body = requestBody({ method: 'note', uniqueId: 'the-message' });
      const refused = runBody(executor, body, { asksToBegin: true }, false);
      expect(await refused.outcome).toEqual({ type: 'refused' });
      expect(refused.begun).toMatchObject([{ method: 'note', uniqueId: 'the-message' }]);
      expect(stage.entered).toBe(0);
      const allowed = runBody(executor, body, { asksToBegin: true }, true);
      expect(await allowed.outcome).toMatchObject({ type: 'done' });
      expect(allowed.begun).toHaveLength(1);
      expect(stage.entered).toBe(1);
    });

    it('whatever is answered, if the work does not ask', async () => {
      const { executor, stage } = workshop();
      const run = runBody(executor, requestBody({ method: 'note' }), {}, false);
      expect(await run.outcome).toMatchObject({ type: 'done' });
      expect(stage.entered).toBe(1);
    });

    it('in the order in which calls were handed over, where one place runs them', async () => {
      const { executor, run } = await openWorkshop(makeExecutor);
      const order: number[] = [];
      for (let round = 0; round < 5; round++) {
        const runs = Array.from({ length: executor.slots }, (_, i) => {
          const each = run({ args: { value: i } });
          void each.hasBegun.then(() => order.push(round * executor.slots + i));
          return each;
        });
        await Promise.all(runs.map(({ outcome }) => outcome));
      }
      expect(order).toEqual(Array.from({ length: executor.slots * 5 }, (_, i) => i));
    });

    const request = requestBody({ args: { value: 1 } });
    it.each([
      ['no JSON', Buffer.from('not json'), 'application/json'],
      ['JSON that is no object', Buffer.from('[1, 2]'), 'application/json'],
      ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'application/json'],
      ['half a request', request.subarray(0, request.byteLength / 2), 'application/json'],
      ['a request of another type', request, 'application/msgpack'],
      ['a request with no type', request, undefined],
    ])('never for a malformed body: %s', async (_what, body, contentType) => {
      const { executor, run } = workshop();
      const malformed = runBody(executor, body, { contentType });
      expect(await malformed.outcome).toEqual({
        type: 'malformed',
        error: expect.any(MalformedMessage),
      });
      // The next is answered, so whatever the first would have said has been said by now.
      expect((await replyOf(run({ args: { value: 2 } }))).result).toBe(2);
      expect(malformed.begun).toEqual([]);
    });
  });
}
