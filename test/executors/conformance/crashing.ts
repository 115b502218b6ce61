import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HostCrashed } from '../../../src/errors.ts';
import { type MakeExecutor, replyOf, untilWhole, useWorkshop } from './workshop.ts';

const wreck = { namespace: 'wreck' };

/** What becomes of calls whose host crashes: only where they run in hosts. */
export function describeCrashing(makeExecutor: MakeExecutor): void {
  describe('a host that crashes', () => {
    const workshop = useWorkshop(makeExecutor, { maxHeapMb: 64 });

    beforeAll(() => {
      // What a process writes as it dies is handed on, and not for who reads the results of tests.
      vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    });
    afterAll(() => {
      vi.restoreAllMocks();
    });

    it.each([
      ['exit', 'exit', /^the host exited.* code:? 3$/],
      ['throwUncaught', 'uncaught', /^the host crashed: thrown from a timer$/],
      ['rejectUnhandled', 'uncaught', /^the host crashed: rejected and forgotten$/],
      ['exhaustMemory', 'out-of-memory', /^the host ran out of memory/],
    ])('by %s loses that call alone, says how, and is replaced', async (method, kind, text) => {
      const { executor, run, stage } = workshop();
      const elsewhere = run({ method: 'hold', args: { value: 'unharmed' } });
      await stage.untilEntered(1);
      const doomed = run({ ...wreck, method });
      const outcome = await doomed.outcome;
      expect(outcome).toEqual({
        type: 'lost',
        error: expect.any(HostCrashed),
        begun: { method, replyTo: expect.anything() },
      });
      if (outcome.type !== 'lost') throw new Error('unreachable');
      expect(outcome.error).toMatchObject({ kind, retryable: true });
      expect(outcome.error.message).toMatch(text);
      expect(doomed.begun).toHaveLength(1);

      await executor.whenCredit();
      expect((await replyOf(run({ args: { value: 'next' } }))).result).toBe('next');
      stage.release();
      expect((await replyOf(elsewhere)).result).toBe('unharmed');
      await untilWhole(executor);
    });

    it('loses all that it held, begun or not, and nothing else', async () => {
      const { executor, run, stage } = workshop();
      const held = Array.from({ length: executor.slots - 1 }, () => run({ method: 'hold' }));
      await stage.untilEntered(held.length);
      const doomed = run({ ...wreck, method: 'exit' });
      const lost = await Promise.race([doomed, ...held].map(({ outcome }) => outcome));
      expect(lost.type).toBe('lost');
      stage.release(held.length);
      const outcomes = await Promise.all([doomed, ...held].map(({ outcome }) => outcome));
      expect(outcomes.map(({ type }) => type).toSorted()).toEqual(['done', 'done', 'lost', 'lost']);
      expect(outcomes[0]?.type).toBe('lost');
      await untilWhole(executor);
    });
  });
}
