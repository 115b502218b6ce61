import { describe, expect, it } from 'vitest';
import { HostCrashed } from '../../src/errors.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { replyOf, untilWhole } from './conformance/workshop.ts';
import { openPool } from './pool-making.ts';

const wreck = { namespace: 'wreck' };

describe('[maxExternalMb]', () => {
  it('ends a host that keeps more, with what it runs', async () => {
    const { executor, run, stage } = await openPool({ concurrency: 2, maxExternalMb: 64 });
    const beside = run({ method: 'hold' });
    await stage.untilEntered(1);
    expect((await run({ ...wreck, method: 'hoard', args: { mb: 100 } }).outcome).type).toBe('done');
    const outcome = await beside.outcome;
    expect(outcome).toMatchObject({
      type: 'lost',
      error: expect.any(HostCrashed),
      begun: { method: 'hold' },
    });
    expect(outcome).toMatchObject({
      error: {
        kind: 'out-of-memory',
        message: expect.stringMatching(/^the host held 1\d\d MiB outside its heap, and may 64$/),
      },
    });
    await untilWhole(executor);
    expect(executor.hosts.crashed).toBe(1);
  });

  it('leaves hosts alone that keep less', async () => {
    const { executor, run } = await openPool({ maxExternalMb: 200 });
    for (let i = 0; i < 3; i++) {
      await run({ ...wreck, method: 'hoard', args: { mb: 20 } }).outcome;
    }
    const { result } = await replyOf(run({ namespace: 'resident', method: 'count' }));
    expect(result).toMatchObject({ id: 1 });
    expect(executor.hosts.crashed).toBe(0);
  });
});

describe('a host that is inside a native call', () => {
  it('is told of its end at once, counted until it leaves, and kept waiting for by nobody', async () => {
    const log = new RecordedLog();
    const { executor, run, stage } = await openPool({ cancelGraceMs: 20, spareHosts: 1, log });
    const hashing = run({ ...wreck, method: 'hash' });
    await stage.untilEntered(1);
    hashing.cancel('cancelled');
    expect(await hashing.outcome).toMatchObject({ type: 'cancelled', begun: { method: 'hash' } });
    await executor.whenCredit();
    expect((await replyOf(run({ args: { value: 'next' } }))).result).toBe('next');
    await expect.poll(() => executor.hosts.stuck).toBe(1);
    expect(log.lines).toContainEqual({
      level: 'error',
      message: 'a host was killed, but is stuck inside a native call',
      fields: { host: 1 },
    });
    const stoppedAt = performance.now();
    await executor.stop();
    expect(performance.now() - stoppedAt).toBeLessThan(5_000);
    await expect.poll(() => executor.hosts.stuck).toBe(0);
  });
});
