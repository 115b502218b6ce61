import { describe, expect, it } from 'vitest';
import { ClosedError } from '../../../src/errors.ts';
import { SharedStage } from '../shared-stage.ts';
import {
  type MakeExecutor,
  openWorkshop,
  requestBody,
  runBody,
  stagedEndpoints,
} from './workshop.ts';

/** How an executor ends. */
export function describeStopping(makeExecutor: MakeExecutor): void {
  describe('stop', () => {
    it('ends running calls as lost, with what is known of them', async () => {
      const { executor, run, stage } = await openWorkshop(makeExecutor);
      const runs = Array.from({ length: executor.slots }, () => run({ method: 'hold' }));
      await stage.untilEntered(executor.slots);
      await Promise.all(runs.map(({ hasBegun }) => hasBegun));
      await executor.stop();
      const replyTo = { msgId: 'id-of-the-call', queue: 'reply_of_the_test' };
      for (const { outcome, begun } of runs) {
        expect(await outcome).toEqual({
          type: 'lost',
          error: expect.any(ClosedError),
          begun: { method: 'hold', replyTo },
        });
        expect(begun).toHaveLength(1);
      }
    });

    it('ends a call that was handed over a moment ago', async () => {
      const { executor, run } = await openWorkshop(makeExecutor);
      const { outcome } = run({ method: 'hold' });
      await executor.stop();
      expect((await outcome).type).toBe('lost');
    });

    it('settles `closed`, lets go of who waits for credit, and loses what comes later', async () => {
      const { executor, run, stage } = await openWorkshop(makeExecutor);
      const runs = Array.from({ length: executor.slots }, () => run({ method: 'hold' }));
      await stage.untilEntered(executor.slots);
      const waiting = executor.whenCredit();
      await Promise.all([executor.stop(), executor.stop()]);
      await waiting;
      await executor.whenCredit();
      await executor.stop();
      expect(await executor.closed).toBeUndefined();
      await Promise.all(runs.map(({ outcome }) => outcome));
      const late = run({ method: 'note' });
      expect(await late.outcome).toEqual({
        type: 'lost',
        error: expect.any(ClosedError),
        begun: undefined,
      });
      expect(late.begun).toEqual([]);
      expect(stage.entered).toBe(executor.slots);
    });

    it('without start settles `closed`', async () => {
      const executor = makeExecutor(stagedEndpoints(new SharedStage()), { isSmall: true });
      await executor.stop();
      expect(await executor.closed).toBeUndefined();
    });

    it('during start leaves nothing running', async () => {
      const executor = makeExecutor(stagedEndpoints(new SharedStage()), { isSmall: true });
      const started = executor.start(new AbortController().signal).catch(() => 'rejected');
      await executor.stop();
      await started;
      expect(await executor.closed).toBeUndefined();
      const late = runBody(executor, requestBody({}));
      expect((await late.outcome).type).toBe('lost');
    });
  });
}
