import { PoolExecutor, type PoolExecutorOptions } from '../../src/executors/pool-executor.ts';
import { silentLog } from '../../src/log.ts';

/** Makes a pool of which only what matters is told; its threads inherit the run's TypeScript loader. */
export function makePool(options: Partial<PoolExecutorOptions>): PoolExecutor {
  return new PoolExecutor({
    threads: 1,
    concurrency: 1,
    endpoints: [],
    typescriptLoader: undefined,
    maxHeapMb: undefined,
    readyTimeoutMs: 20_000,
    log: silentLog,
    ...options,
  });
}
