import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { HostCalls } from '../../src/executors/hosts/host-calls.ts';
import { Claims } from '../../src/executors/threads/claims.ts';
import { replyOf, requestBody, runBody } from './conformance/workshop.ts';
import { openPool } from './pool-making.ts';

const block = { method: 'block' };
const withdrawn = { type: 'withdrawn' };

/** A request whose body is moved to the thread that gets it. */
function large(value: string): { readonly body: Uint8Array; readonly ownsBody: true } {
  return { body: new Uint8Array(requestBody({ args: { value } })), ownsBody: true };
}

describe('requests that are sent ahead', () => {
  it('begin one after the other, and never more at once than there are slots', async () => {
    const { executor, run, stage } = await openPool({ ahead: 3 });
    expect(executor.credit).toBe(1 + 3);
    const runs = [1, 2, 3, 4].map((value) => run({ method: 'hold', args: { value } }));
    expect(executor.credit).toBe(0);
    for (let entered = 1; entered <= 4; entered++) {
      await stage.untilEntered(entered);
      stage.release();
    }
    const results = await Promise.all(runs.map(replyOf));
    expect(results.map(({ result }) => result)).toEqual([1, 2, 3, 4]);
    expect(stage.peak).toBe(1);
    expect(executor.credit).toBe(4);
  });

  it('are answered at once, though the next begins to compute in the same turn', async () => {
    const { run, stage } = await openPool({ ahead: 1 });
    const first = run(block);
    await stage.untilEntered(1);
    const second = run(block);
    stage.release();
    await stage.untilEntered(2);
    expect((await first.outcome).type).toBe('done');
    expect(second.begun).toHaveLength(1);
    stage.release();
    await second.outcome;
  });

  it('find nothing of what the one before has stored for itself', async () => {
    const { run, stage } = await openPool({ ahead: 3 });
    const remember = { namespace: 'resident', method: 'remember' };
    const texts = ['a', 'b', 'c', 'd'];
    const runs = texts.map((text) => run({ ...remember, args: { text } }));
    stage.release(texts.length);
    const found = await Promise.all(runs.map(async (each) => (await replyOf(each)).result));
    expect(found).toEqual(texts.map((text) => [null, text]));
  });

  it('can be taken back while the thread computes, and then never begin', async () => {
    const { executor, run, stage } = await openPool({ ahead: 2 });
    const running = run(block);
    await stage.untilEntered(1);
    const [waiting, last] = [run({ method: 'note' }), run({ method: 'note' })];
    running.withdraw();
    waiting.withdraw();
    expect(await waiting.outcome).toEqual(withdrawn);
    expect(executor.credit).toBe(1);
    stage.release();
    expect((await running.outcome).type).toBe('done');
    expect((await last.outcome).type).toBe('done');
    expect(stage.entered, 'what ran and what was last').toBe(2);
    expect(waiting.begun).toEqual([]);
  });

  it('come back when their time is up, and nothing is killed for them', async () => {
    const { executor, run, stage } = await openPool({ ahead: 1, cancelGraceMs: 20 });
    const running = run(block);
    await stage.untilEntered(1);
    const late = run({ method: 'note' }, { deadline: performance.now() + 50 });
    expect(await late.outcome).toEqual(withdrawn);
    stage.release();
    expect((await running.outcome).type).toBe('done');
    expect(executor.hosts.crashed).toBe(0);
  });

  it('come back from a thread that computes when another has nothing to do', async () => {
    const { run, stage } = await openPool({ hosts: 2, ahead: 4 });
    const long = [run(block), run(block)];
    await stage.untilEntered(2);
    const waiting = Array.from({ length: 4 }, () => run({ method: 'note' }));
    stage.release();
    // Two wait behind each: one pair runs where its slot is free, one of the other comes back.
    const outcomes = await Promise.race([
      Promise.all(waiting.map(({ outcome }) => outcome)).then(() => 'all'),
      Promise.any(
        waiting.map(async ({ outcome }) => {
          const { type } = await outcome;
          return type === 'withdrawn' ? type : Promise.reject(new Error(type));
        }),
      ),
    ]);
    expect(outcomes).toBe('withdrawn');
    stage.release();
    await Promise.all(long.map(({ outcome }) => outcome));
  });

  it('do not wait for a call that takes longer than those before', async () => {
    const { run, stage } = await openPool({ hosts: 2, ahead: 1 });
    for (let call = 0; call < 50; call++) await run({}).outcome;
    const long = run(block);
    const short = run({ method: 'note' });
    expect((await short.outcome).type).toMatch(/^(done|withdrawn)$/);
    stage.release();
    expect((await long.outcome).type).toBe('done');
  });

  it('are not lost with their host', async () => {
    const { run, stage } = await openPool({ ahead: 2, cancelGraceMs: 20 });
    const spinning = run({ namespace: 'wreck', method: 'spin' });
    await stage.untilEntered(1);
    const waiting = [run({ method: 'note' }), run({ method: 'note' })];
    spinning.cancel('cancelled');
    expect(await spinning.outcome).toMatchObject({ type: 'cancelled' });
    for (const { outcome } of waiting) expect(await outcome).toEqual(withdrawn);
    expect(stage.entered).toBe(1);
  });

  it('are whole when they come back, and sent in their turn, however large', async () => {
    const { executor, run, stage } = await openPool({ ahead: 2 });
    const running = run(block);
    await stage.untilEntered(1);
    const value = 'x'.repeat(100_000);
    const [back, sent] = [large(value), large(value)];
    const [first, second] = [back, sent].map(({ body, ownsBody }) => {
      return runBody(executor, body, { ownsBody });
    });
    first?.withdraw();
    expect(await first?.outcome).toEqual(withdrawn);
    expect(back.body.byteLength).toBeGreaterThan(value.length);
    stage.release();
    expect((await running.outcome).type).toBe('done');
    if (second === undefined) throw new Error('unreachable');
    expect((await replyOf(second)).result).toBe(value);
    expect(sent.body.byteLength, 'what is left of one that was moved').toBe(0);
  });
});

describe('a large request, whose body is moved', () => {
  it('is sent before those that came after it', async () => {
    const { executor, run, stage } = await openPool({ ahead: 3 });
    const running = run(block);
    await stage.untilEntered(1);
    const ended: string[] = [];
    const { body, ownsBody } = large('x'.repeat(100_000));
    const big = runBody(executor, body, { ownsBody }).outcome.then(() => ended.push('large'));
    const small = [1, 2].map(async (value) => {
      await run({ args: { value } }).outcome;
      ended.push('small');
    });
    stage.release();
    await Promise.all([running.outcome, big, ...small]);
    expect(ended).toEqual(['large', 'small', 'small']);
  });

  it('is lost with its host, since there is nothing left to send again', async () => {
    const { executor } = await openPool({});
    const { body, ownsBody } = large('x'.repeat(100_000));
    const { outcome } = runBody(executor, body, { ownsBody });
    await nextTurn(); // It is posted at the end of this one.
    await executor.stop();
    expect(body.byteLength).toBe(0);
    expect((await outcome).type).toMatch(/^(lost|done)$/);
  });
});

describe('HostCalls', () => {
  it('take back first what has waited longest', async () => {
    const back: number[] = [];
    const calls = new HostCalls({
      slots: 1,
      places: 4,
      graceMs: 0,
      onSend() {},
      onOffer() {},
      takeBack: (_place, id) => back.push(id) > 0,
      onCancel() {},
      onFreed() {},
      onOverrun() {},
    });
    const work = { body: requestBody({}), contentType: 'application/json', deadline: undefined };
    const executions = [0, 1, 2, 3].map(() => calls.add(work, () => true));
    calls.itemsOf([0, 1, 2, 3]);
    expect(calls.withdrawFirst()).toBe(true);
    expect(await executions[1]?.outcome).toEqual(withdrawn);
    calls.withdrawAll();
    expect(back).toEqual([1, 2, 3]);
    expect(calls.size).toBe(1);
  });
});

describe('Claims', () => {
  it('give a request to one of those that take it, and what was taken before to nobody', () => {
    const ours = Claims.make(2);
    const theirs = Claims.in(ours.memory);
    ours.offer(1, 7);
    expect(theirs.take(0, 7)).toBe(false);
    expect(theirs.take(1, 7)).toBe(true);
    expect(ours.take(1, 7)).toBe(false);
    ours.offer(1, 2 ** 30 + 8);
    expect(theirs.take(1, 7), 'an earlier one in the same place').toBe(false);
    expect(ours.take(1, 2 ** 30 + 8)).toBe(true);
    expect(theirs.take(1, 2 ** 30 + 8)).toBe(false);
  });
});
