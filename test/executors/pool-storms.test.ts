import { describe, expect, it, onTestFinished } from 'vitest';
import type { HostSpawner } from '../../src/executors/hosts/host-spawner.ts';
import { HostsExecutor, type HostsExecutorOptions } from '../../src/executors/hosts-executor.ts';
import { ThreadSpawner } from '../../src/executors/threads/thread-spawner.ts';
import { silentLog } from '../../src/log.ts';
import { type Run, replyOf, requestBody, runBody, untilWhole } from './conformance/workshop.ts';
import { defaultHosts } from './hosts-making.ts';
import { inlineModule } from './inline-module.ts';

const url = inlineModule(`export default {
  exit() { process.exit(1) },
  echo(ctx, { value }) { return value },
}`);

/** A pool that remembers when each host was spawned. */
class CountingPool {
  readonly executor: HostsExecutor;
  readonly spawnedAt: number[] = [];

  private constructor(options: Partial<HostsExecutorOptions>) {
    const threads = new ThreadSpawner({ threads: 3, maxHeapMb: undefined, log: silentLog });
    const spawner: HostSpawner = {
      canTakeBack: threads.canTakeBack,
      spawn: (...args) => {
        this.spawnedAt.push(performance.now());
        return threads.spawn(...args);
      },
      destroy: () => threads.destroy(),
    };
    const endpoints = [{ url }];
    this.executor = new HostsExecutor({
      ...defaultHosts,
      endpoints,
      name: 'pool',
      spawner,
      ...options,
    });
    onTestFinished(() => this.executor.stop());
  }

  static async open(options: Partial<HostsExecutorOptions>): Promise<CountingPool> {
    const pool = new CountingPool(options);
    await pool.executor.start(new AbortController().signal);
    return pool;
  }

  /** Runs a call as soon as there is credit. */
  async run(method: 'exit' | 'echo'): Promise<Run> {
    await this.executor.whenCredit();
    return runBody(this.executor, requestBody({ method, args: { value: method } }));
  }
}

describe('a storm of crashes', () => {
  it('has hosts started less and less often, and ends when calls end', async () => {
    const pool = await CountingPool.open({ hosts: 2, spareHosts: 1 });
    const { executor } = pool;
    while (!executor.hosts.isHoldingBack) {
      expect(await (await pool.run('exit')).outcome).toMatchObject({ type: 'lost' });
    }
    for (let i = 0; i < 4; i++) await (await pool.run('exit')).outcome;
    expect(executor.hosts.isHoldingBack).toBe(true);
    const goneAt = performance.now();
    expect((await replyOf(await pool.run('echo'))).result).toBe('echo');
    expect(executor.hosts.isHoldingBack).toBe(false);
    await untilWhole(executor);
    await expect.poll(() => executor.hosts).toMatchObject({ active: 2, spare: 1 });
    expect(performance.now() - goneAt).toBeLessThan(10_000);
  });

  it('has no more than ten hosts started in a second, though calls end in between', async () => {
    const pool = await CountingPool.open({ hosts: 2, spareHosts: 1 });
    const first = pool.spawnedAt.length;
    expect(first).toBe(3);
    const startedAt = performance.now();
    for (let i = 0; i < 25; i++) {
      expect((await replyOf(await pool.run('echo'))).result).toBe('echo');
      expect(await (await pool.run('exit')).outcome).toMatchObject({ type: 'lost' });
    }
    expect(pool.executor.hosts.isHoldingBack).toBe(false);
    await expect.poll(() => pool.executor.hosts).toMatchObject({ active: 2, spare: 1 });
    const restarts = pool.spawnedAt.slice(first);
    expect(restarts).toHaveLength(25);
    for (const [i, at] of restarts.entries()) {
      // Ten at once, and then as time goes by.
      expect(i + 1).toBeLessThanOrEqual(10 + ((at - startedAt) / 1_000) * 10);
    }
  });
});
