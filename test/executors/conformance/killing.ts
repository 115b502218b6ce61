import { describe, expect, it } from 'vitest';
import { cancelReasons } from '../../../src/cancel-reason.ts';
import { HostCrashed } from '../../../src/errors.ts';
import { type MakeExecutor, replyOf, untilWhole, useWorkshop, type Workshop } from './workshop.ts';

const texts = {
  deadline: 'its deadline has passed',
  'caller-gone': 'its caller is gone',
  cancelled: 'its caller has cancelled it',
  draining: 'the server is stopping',
};

/** What becomes of calls that compute and let nothing in: only where they run in hosts. */
export function describeKilling(workshop: () => Workshop, makeExecutor: MakeExecutor): void {
  describe('a call that computes', () => {
    it.each(cancelReasons)('sees that it is to stop, and that the reason is %s', async (reason) => {
      const { run, stage } = workshop();
      const busy = run({ method: 'spinUntilAborted' });
      await stage.untilEntered(1);
      busy.cancel(reason);
      expect(await busy.outcome).toMatchObject({ type: 'done', cancelled: reason });
      const { failure } = await replyOf(busy);
      expect(failure).toMatchObject({ class: 'CallCancelled', module: 'greenroom' });
      expect(failure?.message).toContain(texts[reason]);
    });

    it('keeps the flag of one call from the next in its place', async () => {
      const { executor, run, stage } = workshop();
      for (let round = 0; round < 3; round++) {
        const busy = run({ method: 'spinUntilAborted' });
        await stage.untilEntered(round + 1);
        busy.cancel('cancelled');
        expect(await busy.outcome).toMatchObject({ type: 'done', cancelled: 'cancelled' });
        const abouts = Array.from({ length: executor.slots }, () => run({ method: 'about' }));
        for (const about of abouts) {
          expect((await replyOf(about)).result).toMatchObject({ aborted: false });
        }
      }
    });
  });

  describe('a host whose call does not end when it is to', () => {
    const impatient = useWorkshop(makeExecutor, { isSmall: true, cancelGraceMs: 100 });

    it('is killed, and its successor answers', async () => {
      const { executor, run, stage } = impatient();
      const spinning = run({ namespace: 'wreck', method: 'spin' });
      await stage.untilEntered(1);
      spinning.cancel('caller-gone');
      expect(await spinning.outcome).toMatchObject({
        type: 'cancelled',
        reason: 'caller-gone',
        begun: { method: 'spin' },
      });
      await untilWhole(executor);
      expect((await replyOf(run({ args: { value: 'next' } }))).result).toBe('next');
    });

    it('is killed after the deadline, without being asked', async () => {
      const { executor, run } = impatient();
      const deadline = performance.now() + 100;
      const spinning = run({ namespace: 'wreck', method: 'spin' }, { deadline });
      expect(await spinning.outcome).toMatchObject({ type: 'cancelled', reason: 'deadline' });
      await untilWhole(executor);
    });

    it('takes the calls with it that it ran beside that one, and says so', async () => {
      const { executor, run, stage } = impatient();
      const beside = Array.from({ length: executor.slots - 1 }, () => run({ method: 'hold' }));
      await stage.untilEntered(beside.length);
      const spinning = run({ namespace: 'wreck', method: 'spin' });
      await stage.untilEntered(executor.slots);
      spinning.cancel('cancelled');
      expect(await spinning.outcome).toMatchObject({ type: 'cancelled' });
      expect(beside.length).toBeGreaterThan(0);
      for (const { outcome } of beside) {
        expect(await outcome).toMatchObject({
          type: 'lost',
          error: expect.any(HostCrashed),
          begun: { method: 'hold' },
        });
        expect(await outcome).toMatchObject({ error: { kind: 'terminated' } });
      }
      await untilWhole(executor);
    });

    it('is killed too for a call that could not begin because of another', async () => {
      const { executor, run, stage } = impatient();
      const spinning = run({ namespace: 'wreck', method: 'spin' });
      await stage.untilEntered(1);
      const behind = run({ method: 'note' });
      behind.cancel('cancelled');
      expect(await behind.outcome).toEqual({
        type: 'cancelled',
        reason: 'cancelled',
        begun: undefined,
      });
      expect(await spinning.outcome).toMatchObject({ type: 'lost', begun: { method: 'spin' } });
      expect(stage.entered).toBe(1);
      await untilWhole(executor);
    });
  });
}
