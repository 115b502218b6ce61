import { methods } from '../peers/methods.mjs';
import { each } from './measure.mjs';

/** @type {import('./measure.mjs').Measure} */
export const cpuJobs = {
  name: 'CPU job 4 ms',
  about: 'calls that compute for 4 ms, with a ping every 10 ms beside them',
  job: ({ workRounds }) => {
    const args = { rounds: workRounds };
    return { type: 'calls', method: 'work', args, expected: methods.work(args), ping: true };
  },
  whole: each([8], ['piscina', 'amqplib', 'async', 'pool', 'process', 'nestNoDelay']),
  quick: each([8], ['piscina', 'pool', 'nestNoDelay']),
};

const wantedMs = 4;
const tries = 15;

/** Finds how many rounds of the job take 4 ms on this machine, when nobody disturbs it. */
export function calibrateWork() {
  const probe = { rounds: 200_000 };
  const times = Array.from({ length: tries }, () => {
    const startedAt = performance.now();
    methods.work(probe);
    return performance.now() - startedAt;
  });
  return Math.round((probe.rounds * wantedMs) / Math.min(...times));
}
