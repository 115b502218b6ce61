import { HostsExecutor } from '../../src/executors/hosts-executor.ts';
import { ProcessSpawner } from '../../src/executors/processes/process-spawner.ts';
import { defaultHosts, type HostsOptions } from './hosts-making.ts';

/** What a test says of hosts in child processes. */
export interface ProcessesOptions extends HostsOptions {
  readonly maxRssMb?: number;
}

/** Makes an executor with hosts in child processes of which only what matters is told. */
export function makeProcesses({
  maxHeapMb,
  maxRssMb,
  ...options
}: ProcessesOptions): HostsExecutor {
  const all = { ...defaultHosts, ...options };
  const { log } = all;
  return new HostsExecutor({
    ...all,
    name: 'process',
    spawner: new ProcessSpawner({ maxHeapMb, maxRssMb, log }),
  });
}
