import { describe, expect, it } from 'vitest';
import { cancelReasons } from '../../../src/cancel-reason.ts';
import {
  call,
  type MakeExecutor,
  replyOf,
  untilWhole,
  useWorkshop,
  type Workshop,
} from './workshop.ts';

/** What becomes of calls that are to stop, whichever place they run in. */
export function describeCancelling(workshop: () => Workshop, makeExecutor: MakeExecutor): void {
  describe('cancel', () => {
    it.each(cancelReasons)(
      'aborts the signal with a CallCancelled that says %s, and waits for the method',
      async (reason) => {
        const { run, stage } = workshop();
        const running = run({ method: 'untilAborted' });
        await stage.untilEntered(1);
        running.cancel(reason);
        expect(await running.outcome).toMatchObject({
          type: 'done',
          cancelled: reason,
          failure: undefined,
        });
        expect((await replyOf(running)).result).toEqual({
          name: 'CallCancelled',
          code: 'ERR_GREENROOM_CALL_CANCELLED',
          method: 'untilAborted',
          reason,
          aborted: true,
        });
      },
    );

    it('is seen by a method that only looks now and then, and fails with why', async () => {
      const { run, stage } = workshop();
      const running = run({ method: 'computeUntilAborted' });
      await stage.untilEntered(1);
      running.cancel('caller-gone');
      expect(await running.outcome).toMatchObject({
        type: 'done',
        cancelled: 'caller-gone',
        failure: { class: 'CallCancelled', message: expect.stringContaining('caller is gone') },
      });
    });

    it('stays with the first reason that was given', async () => {
      const { run, stage } = workshop();
      const running = run({ method: 'untilAborted' });
      await stage.untilEntered(1);
      for (const reason of ['cancelled', 'deadline', 'draining'] as const) running.cancel(reason);
      expect(await running.outcome).toMatchObject({ type: 'done', cancelled: 'cancelled' });
      expect((await replyOf(running)).result).toMatchObject({ reason: 'cancelled' });
    });

    it('reaches a call that has not begun', async () => {
      const { run } = workshop();
      const running = run({ method: 'untilAborted' });
      running.cancel('cancelled');
      expect(await running.outcome).toMatchObject({ type: 'done', cancelled: 'cancelled' });
      expect((await replyOf(running)).result).toMatchObject({ reason: 'cancelled', aborted: true });
      expect(running.begun).toHaveLength(1);
    });

    it('is nothing once the outcome has come, to that call and to the next', async () => {
      const { executor, run } = workshop();
      const ended = run({ args: { value: 'ended' } });
      expect(await ended.outcome).toMatchObject({ type: 'done' });
      ended.cancel('cancelled');
      expect((await ended.outcome) as object).toMatchObject({ cancelled: undefined });
      for (let i = 0; i < executor.slots * 2; i++) {
        const next = run({ method: 'about' }, { deadline: performance.now() + 60_000 });
        expect(await next.outcome).toMatchObject({ type: 'done', cancelled: undefined });
        expect((await replyOf(next)).result).toMatchObject({ aborted: false });
      }
    });

    it('leaves the calls alone that run beside it', async () => {
      const { executor, run, stage } = workshop();
      const beside = Array.from({ length: executor.slots - 1 }, (_, value) =>
        run({ method: 'hold', args: { value } }),
      );
      const running = run({ method: 'untilAborted' });
      await stage.untilEntered(executor.slots);
      running.cancel('cancelled');
      expect(await running.outcome).toMatchObject({ type: 'done', cancelled: 'cancelled' });
      stage.release(beside.length);
      for (const [value, other] of beside.entries()) {
        expect(await other.outcome).toMatchObject({ type: 'done', cancelled: undefined });
        expect((await replyOf(other)).result).toBe(value);
      }
    });
  });

  describe('a deadline that passes', () => {
    it('aborts the signal', async () => {
      const late = workshop().run({ method: 'untilAborted' }, { deadline: performance.now() + 50 });
      expect(await late.outcome).toMatchObject({ type: 'done', cancelled: 'deadline' });
      expect((await replyOf(late)).result).toMatchObject({ reason: 'deadline', aborted: true });
    });

    it('is seen by a method that lets nothing in', async () => {
      const deadline = performance.now() + 50;
      const late = workshop().run({ method: 'spinUntilAborted' }, { deadline });
      expect(await late.outcome).toMatchObject({
        type: 'done',
        cancelled: 'deadline',
        failure: { class: 'CallCancelled' },
      });
      expect(performance.now()).toBeGreaterThanOrEqual(deadline);
    });

    it('had passed before the call was handed over', async () => {
      const late = workshop().run({ method: 'untilAborted' }, { deadline: performance.now() - 5 });
      expect(await late.outcome).toMatchObject({ type: 'done', cancelled: 'deadline' });
    });

    it('is nothing to a call that has ended', async () => {
      const { run } = workshop();
      const early = run({ args: { value: 1 } }, { deadline: performance.now() + 60_000 });
      expect(await early.outcome).toMatchObject({ type: 'done', cancelled: undefined });
    });
  });

  describe('a call that does not end when it is to', () => {
    const impatient = useWorkshop(makeExecutor, { isSmall: true, cancelGraceMs: 50 });

    it('is given up when its grace is over, with what is known of it', async () => {
      const { executor, run, stage } = impatient();
      const stubborn = run({ method: 'hold' });
      await stage.untilEntered(1);
      await stubborn.hasBegun;
      const cancelledAt = performance.now();
      stubborn.cancel('cancelled');
      stubborn.cancel('draining');
      expect(await stubborn.outcome).toEqual({
        type: 'cancelled',
        reason: 'cancelled',
        begun: { method: 'hold', replyTo: { queue: call.replyQueue, msgId: call.msgId } },
      });
      expect(performance.now() - cancelledAt).toBeGreaterThan(45);
      stubborn.cancel('deadline');
      stage.release();
      await untilWhole(executor);
      expect((await replyOf(run({ args: { value: 'next' } }))).result).toBe('next');
    });

    it('is given up a grace after its deadline', async () => {
      const { executor, run, stage } = impatient();
      const deadline = performance.now() + 300;
      const stubborn = run({ method: 'hold' }, { deadline });
      expect(await stubborn.outcome).toMatchObject({ type: 'cancelled', reason: 'deadline' });
      expect(performance.now()).toBeGreaterThan(deadline + 45);
      stage.release();
      await untilWhole(executor);
    });
  });
}
