import { describe, expect, it } from 'vitest';
import { replyOf, untilWhole, type Workshop } from './conformance/workshop.ts';
import { inlineModule } from './inline-module.ts';
import { openPool } from './pool-making.ts';

const spin = { namespace: 'wreck', method: 'spin' };
const count = { namespace: 'resident', method: 'count' };

/** Which host answers. */
async function hostOf({ run }: Pick<Workshop, 'run'>): Promise<unknown> {
  return ((await replyOf(run(count))).result as { readonly id: unknown }).id;
}

describe('[spareHosts]', () => {
  it('take the place of a host that was killed, at once', async () => {
    const pool = await openPool({ spareHosts: 1, cancelGraceMs: 20 });
    const { executor, run, stage } = pool;
    expect(executor.hosts).toEqual({
      wanted: 1,
      active: 1,
      spare: 1,
      crashed: 0,
      stuck: 0,
      isHoldingBack: false,
    });
    expect(await hostOf(pool)).toBe(1);
    const spinning = run(spin);
    await stage.untilEntered(2);
    expect(executor.credit).toBe(0);
    spinning.cancel('cancelled');
    expect(await spinning.outcome).toMatchObject({ type: 'cancelled' });
    await executor.whenCredit();
    expect(executor.hosts).toMatchObject({ active: 1, spare: 0, crashed: 1 });
    expect(await hostOf(pool)).toBe(2);
    await expect.poll(() => executor.hosts.spare).toBe(1);
    expect(executor.hosts).toMatchObject({ wanted: 1, active: 1, crashed: 1 });
  });

  it('take the places of all hosts when all of them die', async () => {
    const { executor, run, stage } = await openPool({ hosts: 2, spareHosts: 2, concurrency: 2 });
    const held = Array.from({ length: 2 }, () => run({ method: 'hold' }));
    await stage.untilEntered(2);
    const doomed = Array.from({ length: 2 }, () => run({ namespace: 'wreck', method: 'exit' }));
    for (const { outcome } of [...doomed, ...held]) expect((await outcome).type).toBe('lost');
    await expect.poll(() => executor.hosts).toMatchObject({ active: 2, spare: 2, crashed: 2 });
    expect(executor.credit).toBe(4);
  });

  it('are replaced themselves when they die', async () => {
    const url = inlineModule(`export default {
      onStart({ id }) { if (id === 2) setImmediate(() => process.exit(1)) },
      echo(ctx, { value }) { return value },
    }`);
    const { executor, run } = await openPool({ spareHosts: 1, endpoints: [{ url }] });
    await expect.poll(() => executor.hosts).toMatchObject({ active: 1, spare: 1, crashed: 1 });
    expect((await replyOf(run({ args: { value: 'unmoved' } }))).result).toBe('unmoved');
  });
});

describe('work that is to be alone', () => {
  const alone = { alone: true };

  it('waits for what its host runs, and has nothing beside it', async () => {
    const { executor, run, stage } = await openPool({ concurrency: 2 });
    const before = run({ method: 'hold', args: { value: 'before' } });
    await stage.untilEntered(1);
    const suspect = run({ method: 'hold', args: { value: 'suspect' } }, alone);
    expect(executor.credit).toBe(0);
    stage.release();
    expect((await replyOf(before)).result).toBe('before');
    await stage.untilEntered(2);
    expect(stage.peak).toBe(1);
    expect(executor.credit).toBe(0);
    stage.release();
    expect((await replyOf(suspect)).result).toBe('suspect');
    expect(executor.credit).toBe(2);
  });

  it('takes nothing with it when it crashes its host', async () => {
    const { executor, run, stage } = await openPool({ hosts: 2, concurrency: 2 });
    const held = run({ method: 'hold', args: { value: 'held' } });
    await stage.untilEntered(1);
    const suspect = run({ namespace: 'wreck', method: 'exit' }, alone);
    expect(executor.credit).toBe(1);
    expect(await suspect.outcome).toMatchObject({ type: 'lost', error: { kind: 'exit' } });
    stage.release();
    expect((await replyOf(held)).result).toBe('held');
    await untilWhole(executor);
  });

  it('that is to stop before it could begin never does, and keeps nothing waiting', async () => {
    const { executor, run, stage } = await openPool({ concurrency: 2 });
    const before = run({ method: 'hold' });
    await stage.untilEntered(1);
    const cancelled = run({ method: 'note' }, alone);
    cancelled.cancel('caller-gone');
    cancelled.cancel('cancelled');
    expect(await cancelled.outcome).toEqual({
      type: 'cancelled',
      reason: 'caller-gone',
      begun: undefined,
    });
    expect(executor.credit).toBe(1);
    const late = run({ method: 'note' }, { ...alone, deadline: performance.now() + 20 });
    expect(await late.outcome).toMatchObject({ type: 'cancelled', reason: 'deadline' });
    expect((await replyOf(run({ args: { value: 'beside' } }))).result).toBe('beside');
    stage.release();
    await before.outcome;
    const after = run({ method: 'note' }, alone);
    expect((await after.outcome).type).toBe('done');
    expect(stage.entered).toBe(2);
    expect(executor.credit).toBe(2);
  });

  it('is cancelled as any other once it runs', async () => {
    const { run, stage } = await openPool({ concurrency: 2 });
    const suspect = run({ method: 'untilAborted' }, alone);
    await stage.untilEntered(1);
    suspect.cancel('cancelled');
    expect(await suspect.outcome).toMatchObject({ type: 'done', cancelled: 'cancelled' });
  });

  it('is not lost when its host is to be replaced before it could begin', async () => {
    const { executor, run, stage } = await openPool({ concurrency: 2 });
    const before = run({ method: 'hold' });
    await stage.untilEntered(1);
    const suspect = run(count, alone);
    const reloaded = executor.reload();
    await expect.poll(() => executor.credit).toBe(2);
    stage.release();
    expect((await before.outcome).type).toBe('done');
    expect((await replyOf(suspect)).result).toMatchObject({ id: 1 });
    await reloaded;
    expect(executor.hosts).toMatchObject({ active: 1, spare: 0, crashed: 0 });
  });

  it('is lost, and has not begun, when its host dies before it could', async () => {
    const { executor, run, stage } = await openPool({ concurrency: 2 });
    const before = run({ namespace: 'wreck', method: 'exitAtRelease' });
    await stage.untilEntered(1);
    const suspect = run({ method: 'note' }, alone);
    stage.release();
    expect(await before.outcome).toMatchObject({
      type: 'lost',
      begun: { method: 'exitAtRelease' },
    });
    expect(await suspect.outcome).toMatchObject({ type: 'lost', begun: undefined });
    await untilWhole(executor);
  });
});
