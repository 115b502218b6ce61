import type { EndpointModule } from '../../src/executors/endpoint-module.ts';
import type { HostsExecutorOptions } from '../../src/executors/hosts-executor.ts';
import { silentLog } from '../../src/log.ts';
import { commonOptions, type Wanted } from './conformance/workshop.ts';

/** What a test says of hosts. */
export interface HostsOptions extends Partial<Omit<HostsExecutorOptions, 'name' | 'spawner'>> {
  readonly maxHeapMb?: number | undefined;
}

/** Hosts of which only what matters is told; they inherit the run's TypeScript loader. */
export const defaultHosts: Omit<HostsExecutorOptions, 'name' | 'spawner'> = {
  hosts: 1,
  spareHosts: 0,
  concurrency: 1,
  endpoints: [],
  typescriptLoader: undefined,
  readyTimeoutMs: 60_000,
  cancelGraceMs: 250,
  maxExternalMb: undefined,
  recycle: {},
  restarts: { max: 1_000, withinMs: 600_000 },
  takesConsole: false,
  log: silentLog,
};

/** Hosts as the conformance suite wants them. */
export function wantedHosts(endpoints: readonly EndpointModule[], wanted: Wanted): HostsOptions {
  const { isSmall = false, maxHeapMb, log } = wanted;
  return {
    ...commonOptions(wanted),
    endpoints,
    hosts: isSmall ? 1 : 2,
    concurrency: 2,
    maxHeapMb,
    takesConsole: log !== undefined,
  };
}
