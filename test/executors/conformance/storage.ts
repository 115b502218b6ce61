import { describe, expect, it } from 'vitest';
import { replyOf, type Workshop } from './workshop.ts';

const resident = { namespace: 'resident' };

/** What `AsyncLocalStorage` holds in which call. */
export function describeStorage(workshop: () => Workshop): void {
  describe('AsyncLocalStorage', () => {
    it('holds what a call has entered for that call alone', async () => {
      const { executor, run, stage } = workshop();
      for (let round = 0; round < 3; round++) {
        const texts = Array.from({ length: executor.slots }, (_, i) => `${round} ${i}`);
        const runs = texts.map((text) => run({ ...resident, method: 'remember', args: { text } }));
        await stage.untilEntered(executor.slots * (round + 1));
        stage.release(executor.slots);
        const found = await Promise.all(runs.map(async (each) => (await replyOf(each)).result));
        expect(found).toEqual(texts.map((text) => [null, text]));
      }
    });

    it('holds what a call runs with wherever it waits', async () => {
      const { executor, run } = workshop();
      const texts = Array.from({ length: executor.slots }, (_, i) => `text ${i}`);
      const runs = texts.map((text) => run({ ...resident, method: 'recall', args: { text } }));
      for (const [i, each] of runs.entries()) {
        expect((await replyOf(each)).result).toEqual(Array.from({ length: 4 }, () => texts[i]));
      }
    });

    it('holds nothing of a call for who waits for its outcome', async () => {
      const { run, stage } = workshop();
      stage.release();
      const first = run({ ...resident, method: 'remember', args: { text: 'first' } });
      await first.outcome;
      stage.release();
      const next = run({ ...resident, method: 'remember', args: { text: 'next' } });
      expect((await replyOf(next)).result).toEqual([null, 'next']);
    });
  });
}
