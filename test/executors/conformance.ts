import { describe } from 'vitest';
import { describeAnswers } from './conformance/answers.ts';
import { describeBeginning } from './conformance/beginning.ts';
import { describeCredit } from './conformance/credit.ts';
import { describeStarting } from './conformance/starting.ts';
import { describeStopping } from './conformance/stopping.ts';
import type { MakeExecutor } from './conformance/workshop.ts';

/**
 * Says what an executor is: every one of them passes this suite.
 *
 * @param makeExecutor - Makes a new executor each time, not started; the suite stops it.
 */
export function describeExecutorConformance(name: string, makeExecutor: MakeExecutor): void {
  describe(`${name} executor`, () => {
    describeAnswers(makeExecutor);
    describeBeginning(makeExecutor);
    describeCredit(makeExecutor);
    describeStarting(makeExecutor);
    describeStopping(makeExecutor);
  });
}
