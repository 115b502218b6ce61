import { describe, expect, it } from 'vitest';
import { LoopExecutor } from '../../src/executors/loop-executor.ts';
import {
  commonOptions,
  endpointUrl,
  openStage,
  replyOf,
  requestBody,
  runBody,
} from './conformance/workshop.ts';
import { describeExecutorConformance } from './conformance.ts';

describeExecutorConformance(
  'blocking',
  (endpoints, wanted = {}) =>
    new LoopExecutor({ ...commonOptions(wanted), name: 'blocking', slots: 1, endpoints }),
);
describeExecutorConformance(
  'async',
  (endpoints, wanted = {}) =>
    new LoopExecutor({ ...commonOptions(wanted), name: 'async', slots: 5, endpoints }),
);

describe('LoopExecutor', () => {
  it('takes instances and modules, in their order', async () => {
    const executor = new LoopExecutor({
      name: 'async',
      slots: 2,
      endpoints: [
        { instance: { one: () => 'instance' } },
        { url: "data:text/javascript,export default { one: () => 'm', two: () => 'module' }" },
      ],
    });
    await executor.start();
    const result = async (method: string) =>
      (await replyOf(runBody(executor, requestBody({ method })))).result;
    expect(await result('one')).toBe('instance');
    expect(await result('two')).toBe('module');
    await executor.stop();
  });

  it('disposes of endpoints that started when nobody waited for them any more', async () => {
    const stage = openStage();
    const options = { stage: stage.folder, name: 'Ann', start: 'hold' };
    const endpoints = [{ url: endpointUrl('resident'), options }];
    const executor = new LoopExecutor({ name: 'async', slots: 1, endpoints });
    const starting = executor.start();
    await stage.untilNoted(1);
    await Promise.all([
      executor.stop(),
      expect(starting).rejects.toThrow('the executor was stopped'),
    ]);
    expect(stage.notes).toEqual(['Ann starts']);
    stage.release();
    await stage.untilNoted(4);
    expect(stage.notes.slice(1)).toEqual(['Ann started as async 1', 'Ann leaves', 'Ann has left']);
  });

  it('is in turn when it blocks, and only then', () => {
    const made = (name: 'blocking' | 'async') =>
      new LoopExecutor({ name, slots: 1, endpoints: [] }).inTurn;
    expect([made('blocking'), made('async')]).toEqual([true, false]);
  });

  it('aborts the signal of what runs when it is stopped', async () => {
    let reason: unknown;
    const instance = {
      wait: ({ signal }: { readonly signal: AbortSignal }) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason;
            resolve();
          });
        }),
    };
    const executor = new LoopExecutor({ name: 'async', slots: 1, endpoints: [{ instance }] });
    await executor.start();
    const run = runBody(executor, requestBody({ method: 'wait' }));
    await run.hasBegun;
    await executor.stop();
    expect((await run.outcome).type).toBe('lost');
    expect(reason).toMatchObject({ code: 'ERR_GREENROOM_CALL_CANCELLED', reason: 'draining' });
  });
});
