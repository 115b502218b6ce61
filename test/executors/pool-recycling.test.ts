import { describe, expect, it } from 'vitest';
import type { HostsExecutor } from '../../src/executors/hosts-executor.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { endpointUrl, openStage, replyOf, type Workshop } from './conformance/workshop.ts';
import { openPool, type PoolOptions } from './pool-making.ts';
import type { SharedStage } from './shared-stage.ts';

const count = { namespace: 'resident', method: 'count' };

interface Counted {
  /** Which host it was. */
  readonly id: number;
  /** How many calls of this kind it has run. */
  readonly count: number;
}

/** A pool of residents that note when they come and go. */
async function openHouse(
  options: PoolOptions,
): Promise<Workshop<HostsExecutor> & { readonly house: SharedStage; readonly log: RecordedLog }> {
  const house = openStage();
  const log = new RecordedLog();
  const url = endpointUrl('resident');
  const endpoints = [{ url, options: { stage: house.folder, name: 'Ann' } }];
  return { ...(await openPool({ endpoints, log, ...options })), house, log };
}

/** Keeps every slot busy with calls until so many hosts have answered; gives what they said. */
async function askUntil(
  hosts: number,
  { executor, run }: Pick<Workshop<HostsExecutor>, 'executor' | 'run'>,
): Promise<Counted[]> {
  const answers: Promise<Counted>[] = [];
  const seen = new Set<number>();
  let running = 0;
  while (seen.size < hosts) {
    await executor.whenCredit();
    const each = run(count);
    running++;
    answers.push(
      replyOf(each).then(({ result }) => {
        running--;
        // However many hosts are on their way out, those at work have room for all that is free.
        expect(executor.credit).toBeGreaterThanOrEqual(executor.slots - running);
        expect(executor.hosts.active).toBe(executor.hosts.wanted);
        const answer = result as Counted;
        seen.add(answer.id);
        return answer;
      }),
    );
  }
  return await Promise.all(answers);
}

describe('[recycle]', () => {
  it.each([
    { spareHosts: 0, concurrency: 1 },
    { spareHosts: 1, concurrency: 3 },
  ])('replaces hosts after so many calls, and loses and delays none: %o', async (options) => {
    const house = await openHouse({ hosts: 2, recycle: { calls: 50 }, ...options });
    const { executor, log } = house;
    const answers = await askUntil(6, house);
    for (const host of new Set(answers.map(({ id }) => id))) {
      const counts = answers.filter(({ id }) => id === host).map((answer) => answer.count);
      expect(counts).toEqual(Array.from(counts, (_, i) => i + 1));
    }
    const recycled = log.lines.filter(({ message }) => message === 'recycling a host');
    expect(recycled.length).toBeGreaterThan(1);
    expect(recycled[0]).toMatchObject({
      level: 'info',
      fields: { reason: expect.stringMatching(/^it has run \d+ calls$/) },
    });
    expect(executor.hosts).toMatchObject({ crashed: 0, isHoldingBack: false });
    // Each was disposed of once its successor was there, and none is left but those that are to be.
    const { spareHosts } = options;
    const wanted = 2 + spareHosts;
    await expect.poll(() => cameTo(house.house)).toBe(wanted + recycled.length);
    await expect.poll(() => livingIn(house.house)).toBe(wanted);
    await expect.poll(() => executor.hosts).toMatchObject({ active: 2, spare: spareHosts });
    await executor.stop();
    expect(livingIn(house.house)).toBe(0);
  });

  it('replaces hosts that are too old, at their next call', async () => {
    const house = await openHouse({ recycle: { ageMs: 20 } });
    const { executor, log, run } = house;
    await expect
      .poll(async () => ((await replyOf(run(count))).result as Counted).id)
      .toBeGreaterThan(1);
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        message: 'recycling a host',
        fields: { host: 1, reason: 'it is 0 s old' },
      }),
    );
    expect(executor.hosts.crashed).toBe(0);
  });

  it('replaces hosts whose heap is too large', async () => {
    const house = await openHouse({ recycle: { heapMb: 1 } });
    const { log, run } = house;
    await expect
      .poll(async () => ((await replyOf(run(count))).result as Counted).id)
      .toBeGreaterThan(1);
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        message: 'recycling a host',
        fields: { host: 1, reason: expect.stringMatching(/^its heap holds \d+ MiB$/) },
      }),
    );
  });

  it('lets a host end what it runs, while another works in its place', async () => {
    const { executor, house, run } = await openHouse({ concurrency: 2, recycle: { calls: 1 } });
    const held = run({ ...count, args: { isHeld: true } });
    await house.untilEntered(1);
    expect((await replyOf(run(count))).result).toMatchObject({ id: 1 });
    await expect.poll(() => executor.credit).toBe(2);
    expect((await replyOf(run(count))).result).toMatchObject({ id: 2 });
    expect(house.notes).not.toContain('Ann leaves');
    house.release();
    expect((await replyOf(held)).result).toEqual({ id: 1, executor: 'pool', count: 2 });
    await expect.poll(() => house.notes).toContain('Ann has left');
  });
});

/** How many have moved in. */
function cameTo({ notes }: SharedStage): number {
  return notes.filter((note) => note.startsWith('Ann started')).length;
}

/** How many have moved in and not left. */
function livingIn(house: SharedStage): number {
  return cameTo(house) - house.notes.filter((note) => note === 'Ann has left').length;
}
