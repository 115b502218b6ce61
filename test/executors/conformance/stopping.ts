import { describe, expect, it } from 'vitest';
import { ClosedError } from '../../../src/errors.ts';
import { inlineModule } from '../inline-module.ts';
import {
  endpointUrl,
  type MakeExecutor,
  makeWorkshop,
  openStage,
  openWorkshop,
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
      // Where it is known that it has not begun, it is not lost.
      expect((await outcome).type).toMatch(/^(lost|withdrawn)$/);
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

    it('is the same for calls that were to stop already', async () => {
      const { executor, run, stage } = await openWorkshop(makeExecutor);
      const cancelled = run({ method: 'hold' });
      await stage.untilEntered(1);
      cancelled.cancel('draining');
      await executor.stop();
      expect(await cancelled.outcome).toMatchObject({ type: 'lost', begun: { method: 'hold' } });
    });

    it('without start settles `closed`', async () => {
      const { executor } = makeWorkshop(makeExecutor);
      await executor.stop();
      expect(await executor.closed).toBeUndefined();
    });

    it('before start keeps it from starting', async () => {
      const { executor, run } = makeWorkshop(makeExecutor);
      await executor.stop();
      await expect(executor.start(new AbortController().signal)).rejects.toBeInstanceOf(
        ClosedError,
      );
      expect((await run({ method: 'note' }).outcome).type).toBe('lost');
    });

    it('during start leaves nothing running', async () => {
      const { executor, run } = makeWorkshop(makeExecutor);
      const starting = errorOf(executor.start(new AbortController().signal));
      await Promise.all([executor.stop(), executor.stop()]);
      expect(await starting).toBeInstanceOf(ClosedError);
      expect(await executor.closed).toBeUndefined();
      expect((await run({ method: 'note' }).outcome).type).toBe('lost');
    });

    it('does not wait for endpoints that never load', async () => {
      const url = inlineModule('await new Promise(() => {})');
      const executor = makeExecutor([{ url }], { isSmall: true });
      const starting = errorOf(executor.start(new AbortController().signal));
      await executor.stop();
      expect(await starting).toBeInstanceOf(ClosedError);
    });

    it('does not wait for endpoints that never start', async () => {
      const stage = openStage();
      const options = { stage: stage.folder, name: 'Ann', start: 'hold' };
      const executor = makeExecutor([{ url: endpointUrl('resident'), options }], { isSmall: true });
      const starting = errorOf(executor.start(new AbortController().signal));
      await stage.untilNoted(1);
      await executor.stop();
      expect(await starting).toBeInstanceOf(ClosedError);
    });
  });
}

/** What a promise is rejected with; nothing when it is not. */
function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
