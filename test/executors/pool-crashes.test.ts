import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ExecutorLoadFailure, HostCrashed } from '../../src/errors.ts';
import type { Executor } from '../../src/executors/executor.ts';
import { RestartBudget } from '../../src/executors/restart-budget.ts';
import {
  openWorkshop,
  replyOf,
  requestBody,
  runBody,
  useWorkshop,
} from './conformance/workshop.ts';
import { inlineModule } from './inline-module.ts';
import { makePool } from './pool-making.ts';

const wreck = { namespace: 'wreck' };

describe('a pool whose host crashes', () => {
  const workshop = useWorkshop((endpoints) => makePool({ threads: 2, endpoints, maxHeapMb: 32 }));

  it.each([
    ['exit', 'exit', /exited.*code: 3/],
    ['throwUncaught', 'uncaught', /crashed: thrown from a timer/],
    ['rejectUnhandled', 'uncaught', /crashed: rejected and forgotten/],
    ['exhaustMemory', 'out-of-memory', /ran out of memory/],
  ])('by %s loses that call alone, says how, and is replaced', async (method, kind, text) => {
    const { executor, run, stage } = workshop();
    const neighbour = run({ method: 'hold', args: { value: 'unharmed' } });
    await stage.untilEntered(1);
    const doomed = run({ ...wreck, method });
    const outcome = await doomed.outcome;
    expect(outcome).toEqual({
      type: 'lost',
      error: expect.any(HostCrashed),
      begun: { method, replyTo: expect.anything() },
    });
    if (outcome.type !== 'lost') throw new Error('unreachable');
    expect(outcome.error).toMatchObject({ kind, retryable: true });
    expect(outcome.error.message).toMatch(text);
    expect(doomed.begun).toHaveLength(1);

    await executor.whenCredit();
    expect((await replyOf(run({ args: { value: 'next' } }))).result).toBe('next');
    stage.release();
    expect((await replyOf(neighbour)).result).toBe('unharmed');
    await untilWhole(executor);
  });
});

describe('a pool', () => {
  it('loses all that a crashed host held, begun or not, and nothing else', async () => {
    const { executor, run, stage } = await openWorkshop((endpoints) =>
      makePool({ threads: 2, concurrency: 2, endpoints }),
    );
    const held = Array.from({ length: 3 }, () => run({ method: 'hold', args: { value: 'held' } }));
    await stage.untilEntered(3);
    const doomed = run({ ...wreck, method: 'exit' });
    const lost = await Promise.race([doomed, ...held].map(({ outcome }) => outcome));
    expect(lost.type).toBe('lost');
    stage.release(3);
    const outcomes = await Promise.all([doomed, ...held].map(({ outcome }) => outcome));
    expect(outcomes.map(({ type }) => type).toSorted()).toEqual(['done', 'done', 'lost', 'lost']);
    expect(outcomes[0]?.type).toBe('lost');
    await untilWhole(executor);
  });

  it('closes with an error when a host cannot be replaced', async () => {
    const url = inlineModule(`export default class Once {
      constructor({ memory }) {
        if (Atomics.add(new Int32Array(memory), 0, 1) > 0) throw new Error('once is enough');
      }
      exit() { process.exit(1) }
    }`);
    const memory = new SharedArrayBuffer(4);
    const executor = makePool({ endpoints: [{ url, options: { memory } }] });
    await executor.start(new AbortController().signal);
    const { outcome } = runBody(executor, requestBody({ method: 'exit' }));
    expect((await outcome).type).toBe('lost');
    const reason = await executor.closed;
    expect(reason).toBeInstanceOf(ExecutorLoadFailure);
    expect(reason?.message).toMatch(/a host could not be replaced: .*once is enough/);
    await executor.whenCredit();
    expect((await runBody(executor, requestBody({})).outcome).type).toBe('lost');
    await executor.stop();
  });

  it('closes with an error when hosts crash again and again', async () => {
    // Each crash counts as seven, which spares us the start of eighteen threads.
    const spend = RestartBudget.prototype.spend;
    vi.spyOn(RestartBudget.prototype, 'spend').mockImplementation(function (this: RestartBudget) {
      for (let i = 0; i < 7; i++) spend.call(this);
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const executor = makePool({
      endpoints: [{ url: inlineModule('export default { exit() { process.exit(1) } }') }],
    });
    onTestFinished(() => executor.stop());
    await executor.start(new AbortController().signal);
    for (let crashes = 0; crashes < 3; crashes++) {
      await executor.whenCredit();
      const { outcome } = runBody(executor, requestBody({ method: 'exit' }));
      expect(await outcome).toMatchObject({ type: 'lost', error: { kind: 'exit' } });
    }
    const reason = await executor.closed;
    expect(reason).toBeInstanceOf(ExecutorLoadFailure);
    expect(reason?.message).toMatch(/20 hosts died within 60 s/);
    expect((await runBody(executor, requestBody({})).outcome).type).toBe('lost');
  });
});

/** Waits until every host that died has been replaced. */
async function untilWhole(executor: Executor): Promise<void> {
  await expect.poll(() => executor.credit, { timeout: 20_000 }).toBe(executor.slots);
}
