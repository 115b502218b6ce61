import { deferred } from '../../waiting.ts';
import { CancelClock } from '../cancel-clock.ts';
import type { Begun, Execution, Outcome, Work } from '../executor.ts';
import type { Host } from './host.ts';

/**
 * Runs a request in a host that has nothing else meanwhile: when what it has has ended. One that is to stop
 * before that never begins.
 */
export function executeAlone(
  host: Host,
  work: Work,
  onBegin: (begun: Begun) => boolean,
): Execution {
  const ended = deferred<Outcome>();
  let execution: Execution | undefined;
  const waiting = new CancelClock(work.deadline, 0, {
    onCancel(reason) {
      host.release();
      ended.resolve({ type: 'cancelled', reason, begun: undefined });
    },
    onOverrun() {},
  });
  const run = async (): Promise<void> => {
    await host.reserve();
    if (waiting.reason !== undefined) return;
    waiting.end();
    execution = host.execute(work, onBegin);
    const outcome = await execution.outcome;
    host.release();
    ended.resolve(outcome);
  };
  void run();
  return {
    outcome: ended.promise,
    cancel: (reason) => (execution ?? waiting).cancel(reason),
    withdraw: () => execution?.withdraw(),
  };
}
