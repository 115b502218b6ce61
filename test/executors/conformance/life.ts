import { describe, expect, it, onTestFinished } from 'vitest';
import { ExecutorLoadFailure } from '../../../src/errors.ts';
import type { Executor } from '../../../src/executors/executor.ts';
import { RecordedLog } from '../../support/recorded-log.ts';
import type { ResidentOptions } from '../endpoints/resident.ts';
import type { SharedStage } from '../shared-stage.ts';
import {
  endpointUrl,
  type MakeExecutor,
  openStage,
  openWorkshop,
  replyOf,
  requestBody,
  runBody,
  untilWhole,
  type Workshop,
} from './workshop.ts';

/** How endpoints live in the place that they are loaded into. */
export function describeLife(makeExecutor: MakeExecutor): void {
  describe('an endpoint', () => {
    /** An executor with residents, not started. */
    const housing = (
      ...residents: ResidentOptions[]
    ): { executor: Executor; stage: SharedStage; log: RecordedLog } => {
      const stage = openStage();
      const log = new RecordedLog();
      const url = endpointUrl('resident');
      const { folder } = stage;
      const executor = makeExecutor(
        residents.map((options) => ({ url, options: { stage: folder, ...options } })),
        { isSmall: true, log, disposeTimeoutMs: 500 },
      );
      onTestFinished(() => executor.stop());
      return { executor, stage, log };
    };
    const start = (executor: Executor): Promise<void> =>
      executor.start(new AbortController().signal);

    it('has started when the executor has, after those before it; it ends before them', async () => {
      const { executor, log, stage } = housing({ name: 'Ann' }, { name: 'Ben' });
      await start(executor);
      expect(stage.notes).toEqual([
        'Ann starts',
        `Ann started as ${executor.name} 1`,
        'Ben starts',
        `Ben started as ${executor.name} 1`,
      ]);
      const body = requestBody({ namespace: 'resident', method: 'count' });
      expect((await replyOf(runBody(executor, body))).result).toEqual({
        id: 1,
        executor: executor.name,
        count: 1,
      });
      expect(log.lines).toMatchObject([
        { level: 'info', fields: { name: 'Ann' }, message: 'moved in' },
        { level: 'info', fields: { name: 'Ben' }, message: 'moved in' },
      ]);
      await executor.stop();
      expect(stage.notes.slice(4)).toEqual([
        'Ann is to leave',
        'Ben is to leave',
        'Ben leaves',
        'Ben has left',
        'Ann leaves',
        'Ann has left',
      ]);
    });

    it('that cannot start keeps the executor from it, and those that could end', async () => {
      const { executor, stage } = housing({ name: 'Ann' }, { name: 'Ben', start: 'fail' });
      const error: unknown = await start(executor).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ExecutorLoadFailure);
      expect(error).toMatchObject({ message: 'onStart of Resident threw: there is no room' });
      expect(stage.notes.slice(2)).toEqual(['Ben starts', 'Ann leaves', 'Ann has left']);
      await executor.stop();
      expect(stage.notes.filter((note) => /leaves|left/.test(note))).toHaveLength(2);
    });

    it('that cannot be disposed of is logged, and the others are', async () => {
      const { executor, log, stage } = housing({ name: 'Ann' }, { name: 'Ben', end: 'fail' });
      await start(executor);
      await executor.stop();
      expect(stage.notes.slice(-3)).toEqual(['Ben leaves', 'Ann leaves', 'Ann has left']);
      expect(log.lines).toContainEqual({
        level: 'error',
        message: 'an endpoint could not be disposed of',
        fields: expect.objectContaining({ reason: 'Error: the door is stuck' }),
      });
    });

    it('[disposeTimeoutMs] whose disposal never ends does not keep the executor', async () => {
      const { executor, stage } = housing({ name: 'Ann' }, { name: 'Ben', end: 'hang' });
      await start(executor);
      await executor.stop();
      expect(stage.notes.at(-1)).toBe('Ben leaves');
    });

    it('does not offer its life to callers', async () => {
      const { run } = await openWorkshop(makeExecutor);
      for (const method of ['onStart', 'Symbol(Symbol.asyncDispose)', '@@asyncDispose']) {
        const { failure } = await replyOf(run({ namespace: 'resident', method }));
        expect(failure).toMatchObject({ class: 'NoSuchMethod' });
      }
    });
  });
}

/** How they live where there are several places: only in hosts. */
export function describeLifeInHosts(workshop: () => Workshop, makeExecutor: MakeExecutor): void {
  describe('an endpoint in a host', () => {
    it('is not disposed of when its host crashes, and another starts in the next', async () => {
      const stage = openStage();
      const named = { stage: stage.folder, name: 'Ann' };
      const { executor, run } = await openWorkshop((endpoints, wanted) =>
        makeExecutor([...endpoints, { url: endpointUrl('resident'), options: named }], wanted),
      );
      expect((await run({ namespace: 'wreck', method: 'exit' }).outcome).type).toBe('lost');
      await untilWhole(executor);
      const { name } = executor;
      expect(stage.notes).toEqual([
        'Ann starts',
        `Ann started as ${name} 1`,
        'Ann starts',
        `Ann started as ${name} 2`,
      ]);
      await executor.stop();
      expect(stage.notes.slice(4)).toEqual(['Ann is to leave', 'Ann leaves', 'Ann has left']);
    });

    it('cannot have options that only its thread could, and its executor says so', async () => {
      const options = { callback: () => 'here' };
      const executor = makeExecutor([{ url: endpointUrl('actor'), options }], { isSmall: true });
      onTestFinished(() => executor.stop());
      const error: unknown = await executor
        .start(new AbortController().signal)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ExecutorLoadFailure);
      expect((error as Error).message).toMatch(/^options of an endpoint can't be sent to another/);
    });

    it('has a state of its own in each', async () => {
      const { executor, run, stage } = workshop();
      const request = { namespace: 'resident', method: 'count', args: { isHeld: true } };
      const counted = new Map<unknown, unknown[]>();
      for (let round = 1; round <= 2; round++) {
        const runs = Array.from({ length: executor.slots }, () => run(request));
        await stage.untilEntered(executor.slots * round);
        stage.release(executor.slots);
        for (const each of runs) {
          const { id, count } = (await replyOf(each)).result as Record<string, unknown>;
          counted.set(id, [...(counted.get(id) ?? []), count]);
        }
      }
      expect(counted.size).toBe(2);
      const each = Array.from({ length: executor.slots }, (_, i) => i + 1);
      for (const counts of counted.values()) {
        expect(counts.toSorted((a, b) => Number(a) - Number(b))).toEqual(each);
      }
    });
  });
}
