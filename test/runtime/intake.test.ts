import { describe, expect, it } from 'vitest';
import type { IncomingMessage } from '../../src/driver/driver.ts';
import type { Execution, Executor, Outcome } from '../../src/executors/executor.ts';
import { silentLog } from '../../src/log.ts';
import { Duplicates } from '../../src/runtime/duplicates.ts';
import { Intake, type IntakeOptions } from '../../src/runtime/intake.ts';
import { type Deferred, deferred } from '../../src/waiting.ts';

function messageOf(id: string): IncomingMessage {
  const body = Buffer.from(`{"method": "m", "_unique_id": "${id}"}`);
  const contentType = 'application/json';
  return { body, contentType, headers: {} } as unknown as IncomingMessage;
}

/** Has one slot, and keeps what it was given until it is told what came of it. */
class OneSlot {
  readonly given: Deferred<Outcome>[] = [];
  freed = deferred<void>();
  credit = 1;

  whenCredit(): Promise<void> {
    return this.freed.promise;
  }

  execute(): Pick<Execution, 'outcome'> {
    const outcome = deferred<Outcome>();
    this.given.push(outcome);
    this.credit = 0;
    return { outcome: outcome.promise };
  }
}

describe('Intake', () => {
  it('knows of a message that it has taken back and begun again at once', async () => {
    const executor = new OneSlot();
    // There is credit again in the very moment in which the message is taken back.
    const duplicates = new (class extends Duplicates {
      override forget(id: string | undefined): void {
        super.forget(id);
        executor.credit = 1;
        executor.freed.resolve();
        executor.freed = deferred();
      }
    })(10);
    const arrived = [[messageOf('1'), messageOf('2')], []];
    const ended = deferred<never[]>();
    const intake = new Intake({
      listener: { poll: async () => arrived.shift() ?? (await ended.promise) },
      executor: executor as unknown as Executor,
      control: undefined,
      replies: { isFull: false },
      duplicates,
      acknowledge: 'on-dispatch',
      maxBodyBytes: 1_000,
      crashes: { isSuspect: () => false },
      outcomes: {},
      log: silentLog,
    } as unknown as IntakeOptions);
    await intake.run();
    expect(executor.given).toHaveLength(1);
    executor.given[0]?.resolve({ type: 'withdrawn' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(executor.given).toHaveLength(2);
    expect([...intake.unsettled]).toHaveLength(1);
  });
});
