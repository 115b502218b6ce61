import { describe, expect, it, onTestFinished } from 'vitest';
import { ExecutorLoadFailure } from '../../src/errors.ts';
import { openWorkshop, replyOf, useWorkshop } from './conformance/workshop.ts';
import { inlineModule } from './inline-module.ts';
import { makePool } from './pool-making.ts';

describe('a method that keeps its thread', () => {
  const workshop = useWorkshop((endpoints) => makePool({ hosts: 2, endpoints }));

  it('leaves this event loop free', async () => {
    const { run, stage } = workshop();
    const blocked = [run({ method: 'block' }), run({ method: 'block' })];
    await stage.untilEntered(2);
    const ticks = await new Promise<number>((resolve) => {
      let count = 0;
      const timer = setInterval(() => {
        if (++count < 5) return;
        clearInterval(timer);
        resolve(count);
      }, 1);
    });
    expect(ticks).toBe(5);
    expect(stage.running, 'methods that still keep their threads').toBe(2);
    stage.release(2);
    await Promise.all(blocked.map(({ outcome }) => outcome));
  });

  it('has begun, as far as this thread knows, before it ends', async () => {
    const { run, stage } = workshop();
    const blocked = run({ method: 'block', args: { value: 'over' } });
    expect(await blocked.hasBegun).toMatchObject({ method: 'block' });
    await stage.untilEntered(1);
    expect(stage.running).toBe(1);
    stage.release();
    expect((await replyOf(blocked)).result).toBe('over');
  });

  it('keeps no other host from answering', async () => {
    const { executor, run, stage } = workshop();
    const blocked = run({ method: 'block' });
    await stage.untilEntered(1);
    for (let i = 0; i < 10; i++) {
      expect((await replyOf(run({ args: { value: i } }))).result).toBe(i);
      expect(executor.credit).toBe(1);
    }
    expect(stage.running).toBe(1);
    stage.release();
    await blocked.outcome;
  });
});

describe('a pool', () => {
  it('terminates a host that spins when it is stopped', async () => {
    const { executor, run, stage } = await openWorkshop((endpoints) => makePool({ endpoints }));
    const spinning = run({ namespace: 'wreck', method: 'spin' });
    await stage.untilEntered(1);
    await executor.stop();
    expect(await spinning.outcome).toMatchObject({
      type: 'lost',
      error: { code: 'ERR_GREENROOM_CLOSED' },
    });
  });

  it('[readyTimeoutMs] gives up on endpoints that take longer to load', async () => {
    const executor = makePool({
      endpoints: [{ url: inlineModule('await new Promise(() => {})') }],
      readyTimeoutMs: 50,
    });
    onTestFinished(() => executor.stop());
    const error: unknown = await executor
      .start(new AbortController().signal)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExecutorLoadFailure);
    expect(error).toMatchObject({
      message: expect.stringContaining('timed out after 50 ms'),
      cause: { code: 'ERR_GREENROOM_TIMEOUT' },
    });
  });

  it('gives up starting when the signal aborts', async () => {
    const executor = makePool({
      endpoints: [{ url: inlineModule('await new Promise(() => {})') }],
    });
    onTestFinished(() => executor.stop());
    const controller = new AbortController();
    const starting = executor.start(controller.signal);
    controller.abort(new Error('enough'));
    await expect(starting).rejects.toMatchObject({
      cause: { code: 'ERR_GREENROOM_CALL_CANCELLED', cause: { message: 'enough' } },
    });
  });
});
