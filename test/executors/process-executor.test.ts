import { describeExecutorConformance } from './conformance.ts';
import { wantedHosts } from './hosts-making.ts';
import { makeProcesses } from './process-making.ts';

describeExecutorConformance(
  'process',
  (endpoints, wanted = {}) => makeProcesses(wantedHosts(endpoints, wanted)),
  { hosts: true },
);
