import { describe } from 'vitest';
import { describeAnswers } from './conformance/answers.ts';
import { describeBeginning } from './conformance/beginning.ts';
import { describeCancelling } from './conformance/cancelling.ts';
import { describeCrashing } from './conformance/crashing.ts';
import { describeCredit } from './conformance/credit.ts';
import { describeKilling } from './conformance/killing.ts';
import { describeLife, describeLifeInHosts } from './conformance/life.ts';
import { describeLogging, describeLoggingInHosts } from './conformance/logging.ts';
import { describeStarting } from './conformance/starting.ts';
import { describeStopping } from './conformance/stopping.ts';
import { describeStorage } from './conformance/storage.ts';
import { type MakeExecutor, useWorkshop } from './conformance/workshop.ts';

/** What only some executors have. */
export interface ExecutorFeatures {
  /** Methods run in hosts, several unless the executor is small, that can be killed and may crash. */
  readonly hosts?: boolean;
}

/**
 * Says what an executor is: every one of them passes this suite.
 *
 * @param makeExecutor - Makes a new executor each time, not started; the suite stops it.
 */
export function describeExecutorConformance(
  name: string,
  makeExecutor: MakeExecutor,
  { hosts = false }: ExecutorFeatures = {},
): void {
  describe(`${name} executor`, () => {
    describe('that runs', () => {
      const workshop = useWorkshop(makeExecutor);
      describeAnswers(workshop);
      describeBeginning(workshop, makeExecutor);
      describeCredit(workshop);
      describeStorage(workshop);
      describeCancelling(workshop, makeExecutor);
      if (hosts) describeKilling(workshop, makeExecutor);
      if (hosts) describeLifeInHosts(workshop, makeExecutor);
    });
    describeStarting(makeExecutor);
    describeStopping(makeExecutor);
    describeLife(makeExecutor);
    describeLogging(makeExecutor);
    if (hosts) describeLoggingInHosts(makeExecutor);
    if (hosts) describeCrashing(makeExecutor);
  });
}
