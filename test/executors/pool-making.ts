import { HostsExecutor } from '../../src/executors/hosts-executor.ts';
import { ThreadSpawner } from '../../src/executors/threads/thread-spawner.ts';
import { openWorkshop, type Workshop } from './conformance/workshop.ts';
import { defaultHosts, type HostsOptions } from './hosts-making.ts';

/** What a test says of a pool. */
export type PoolOptions = HostsOptions;

/** Makes a pool of which only what matters is told. */
export function makePool({ maxHeapMb, ...options }: PoolOptions): HostsExecutor {
  const all = { ...defaultHosts, ...options };
  const { hosts, spareHosts, log } = all;
  const threads = hosts + Math.max(spareHosts, 1);
  return new HostsExecutor({
    ...all,
    name: 'pool',
    spawner: new ThreadSpawner({ threads, maxHeapMb, log }),
  });
}

/** Makes and starts a pool of the actors of `endpoints/`, for one test. */
export function openPool(options: PoolOptions): Promise<Workshop<HostsExecutor>> {
  return openWorkshop((endpoints) => makePool({ endpoints, ...options }));
}
