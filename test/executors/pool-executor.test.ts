import { describeExecutorConformance } from './conformance.ts';
import { wantedHosts } from './hosts-making.ts';
import { makePool } from './pool-making.ts';

describeExecutorConformance(
  'pool',
  (endpoints, wanted = {}) => makePool(wantedHosts(endpoints, wanted)),
  { hosts: true },
);
