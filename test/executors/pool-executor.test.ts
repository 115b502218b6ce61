import { describeExecutorConformance } from './conformance.ts';
import { makePool } from './pool-making.ts';

describeExecutorConformance('pool', (endpoints, { isSmall = false } = {}) =>
  makePool({ threads: isSmall ? 1 : 2, concurrency: 2, endpoints }),
);
