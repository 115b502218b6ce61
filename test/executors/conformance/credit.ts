import { describe, expect, it } from 'vitest';
import { replyOf, type Workshop } from './workshop.ts';

/** How many run at once, and how an executor says that it can take more. */
export function describeCredit(workshop: () => Workshop): void {
  describe('credit', () => {
    it('is all of the slots when nothing runs, and is there at once', async () => {
      const { executor } = workshop();
      expect(executor.slots).toBeGreaterThan(0);
      expect(executor.credit).toBe(executor.slots);
      await executor.whenCredit();
    });

    it('goes down with each call and comes back with its outcome', async () => {
      const { executor, run, stage } = workshop();
      const runs = Array.from({ length: executor.slots }, (_, i) => {
        const held = run({ method: 'hold', args: { value: i } });
        expect(executor.credit).toBe(executor.slots - i - 1);
        return held;
      });
      await stage.untilEntered(executor.slots);
      expect(executor.credit).toBe(0);
      stage.release();
      await Promise.race(runs.map(({ outcome }) => outcome));
      expect(executor.credit).toBe(1);
      stage.release(executor.slots - 1);
      const replies = await Promise.all(runs.map(replyOf));
      expect(replies.map(({ result }) => result)).toEqual(runs.map((_, i) => i));
      expect(executor.credit).toBe(executor.slots);
    });

    it('comes back from a malformed body and a failure too', async () => {
      const { executor, run } = workshop();
      await run({}, { contentType: 'text/plain' }).outcome;
      await run({ method: 'fail', args: { message: 'no' } }).outcome;
      expect(executor.credit).toBe(executor.slots);
    });

    it('is waited for until a call ends, by all who wait', async () => {
      const { executor, run, stage } = workshop();
      const runs = Array.from({ length: executor.slots }, () => run({ method: 'hold' }));
      await stage.untilEntered(executor.slots);
      let resolved = 0;
      const waits = [executor.whenCredit(), executor.whenCredit()].map((wait) =>
        wait.then(() => resolved++),
      );
      expect(await Promise.race([waits[0], Promise.resolve('still waiting')])).toBe(
        'still waiting',
      );
      stage.release();
      await Promise.all(waits);
      expect(resolved).toBe(2);
      expect(executor.credit).toBe(1);
      stage.release(executor.slots - 1);
      await Promise.all(runs.map(({ outcome }) => outcome));
    });

    it('keeps the calls that run at once to the slots', async () => {
      const { executor, run, stage } = workshop();
      const count = executor.slots * 4 + 1;
      const outcomes: Promise<unknown>[] = [];
      for (let i = 0; i < count; i++) {
        await executor.whenCredit();
        outcomes.push(run({ method: 'hold' }).outcome);
        if (executor.credit === 0) {
          await stage.untilEntered(outcomes.length);
          stage.release();
        }
      }
      stage.release(executor.slots);
      await Promise.all(outcomes);
      expect(stage.entered).toBe(count);
      expect(stage.peak).toBe(executor.slots);
      expect(stage.running).toBe(0);
    });
  });
}
