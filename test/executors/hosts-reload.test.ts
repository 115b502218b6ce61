import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClosedError, ExecutorLoadFailure } from '../../src/errors.ts';
import type { HostsExecutor } from '../../src/executors/hosts-executor.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import {
  openStage,
  type Run,
  replyOf,
  requestBody,
  runBody,
  untilWhole,
} from './conformance/workshop.ts';
import type { HostsOptions } from './hosts-making.ts';
import { makePool } from './pool-making.ts';
import { makeProcesses } from './process-making.ts';
import type { SharedStage } from './shared-stage.ts';

const stageUrl = new URL('./shared-stage.ts', import.meta.url).href;

/** Hosts whose endpoint is a file that a test can change. */
class ChangingHosts {
  readonly executor: HostsExecutor;
  readonly log = new RecordedLog();
  readonly stage: SharedStage = openStage();
  readonly #file: string;

  private constructor(options: HostsOptions, make: (options: HostsOptions) => HostsExecutor) {
    const folder = mkdtempSync(join(tmpdir(), 'greenroom-reload-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    this.#file = join(folder, 'endpoint.mjs');
    const { href: url } = pathToFileURL(this.#file);
    const endpoints = [{ url, options: { stage: this.stage.folder } }];
    this.executor = make({ endpoints, log: this.log, ...options });
    onTestFinished(() => this.executor.stop());
  }

  /** With edition 1. */
  static async open(options: HostsOptions, make = makePool): Promise<ChangingHosts> {
    const hosts = new ChangingHosts(options, make);
    hosts.publish(edition(1));
    await hosts.executor.start(new AbortController().signal);
    return hosts;
  }

  publish(text: string): void {
    writeFileSync(this.#file, text);
  }

  run(method: string): Run {
    return runBody(this.executor, requestBody({ method }));
  }

  /** Which edition answers, in each slot. */
  async editions(): Promise<unknown[]> {
    const runs = Array.from({ length: this.executor.slots }, () => this.run('edition'));
    return await Promise.all(runs.map(async (each) => (await replyOf(each)).result));
  }
}

/** The endpoint's text; `onStart` is run in its hosts. */
function edition(number: number, onStart = ''): string {
  return `import { SharedStage } from ${JSON.stringify(stageUrl)};
  export class Changing {
    static target = {};
    #stage;
    constructor({ stage }) { this.#stage = new SharedStage(stage); }
    async onStart() { ${onStart} }
    async edition() { await new Promise(setImmediate); return ${number}; }
    async held() {
      this.#stage.enter();
      await this.#stage.hold();
      return ${number};
    }
    exit() { process.exit(1); }
  }`;
}

describe.each([
  ['pool', makePool],
  ['process', makeProcesses],
] as const)('reload under %s', (_name, make) => {
  it('has every host load what the endpoints are now; calls end with what they began with', async () => {
    const pool = await ChangingHosts.open({ hosts: 2, spareHosts: 1 }, make);
    expect(await pool.editions()).toEqual([1, 1]);
    const held = pool.run('held');
    await pool.stage.untilEntered(1);
    pool.publish(edition(2));
    const reloading = pool.executor.reload();
    await expect.poll(() => pool.editions()).toEqual([2, 2]);
    expect(pool.executor.hosts).toMatchObject({ active: 2, crashed: 0 });
    pool.stage.release();
    expect((await replyOf(held)).result).toBe(1);
    await reloading;
    await expect.poll(() => pool.executor.hosts).toMatchObject({ active: 2, spare: 1 });
    await pool.run('exit').outcome;
    await untilWhole(pool.executor);
    expect(await pool.editions(), 'with the spare in the place of one').toEqual([2, 2]);
  });

  it('loses and delays no call under load', async () => {
    const pool = await ChangingHosts.open({ hosts: 2, concurrency: 2 }, make);
    const { executor } = pool;
    let isReloading = true;
    pool.publish(edition(2));
    const reloading = executor.reload().finally(() => {
      isReloading = false;
    });
    const answers: Promise<unknown>[] = [];
    let running = 0;
    while (isReloading) {
      await executor.whenCredit();
      const run = pool.run('edition');
      running++;
      answers.push(
        replyOf(run).then(({ result }) => {
          running--;
          expect(executor.credit).toBeGreaterThanOrEqual(executor.slots - running);
          return result;
        }),
      );
      await nextTurn();
    }
    await reloading;
    const results = await Promise.all(answers);
    expect(new Set(results)).toEqual(new Set([1, 2]));
    expect(await pool.editions()).toEqual([2, 2, 2, 2]);
  });
});

describe('reload', () => {
  it('that cannot load rejects, and the hosts go on with what they have', async () => {
    const pool = await ChangingHosts.open({
      hosts: 2,
      spareHosts: 1,
      restarts: { max: 1, withinMs: 600_000 },
    });
    const before = pool.executor.hosts;
    pool.publish('export class Changing { static target = {} ; unfinished');
    const error: unknown = await pool.executor.reload().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExecutorLoadFailure);
    expect((error as Error).message).toMatch(/endpoint module .*endpoint\.mjs failed to load/);
    expect(pool.executor.hosts).toEqual(before);
    expect(await pool.editions()).toEqual([1, 1]);
    pool.publish(edition(3));
    await pool.executor.reload();
    expect(await pool.editions()).toEqual([3, 3]);
    expect(pool.executor.hosts.crashed).toBe(0);
  });

  it('has what could not be loaded tried again, and the hosts that are left go on', async () => {
    const pool = await ChangingHosts.open({
      hosts: 2,
      restarts: { max: 1, withinMs: 600_000 },
    });
    pool.publish(edition(2, 'throw new Error("not yet")'));
    await pool.run('exit').outcome;
    const failures = () =>
      pool.log.lines.filter(({ message }) => message === 'a host could not be started');
    await expect.poll(() => failures().length).toBeGreaterThan(2);
    expect((await replyOf(pool.run('edition'))).result).toBe(1);
    pool.publish(edition(3));
    await untilWhole(pool.executor);
    expect((await pool.editions()).toSorted()).toEqual([1, 3]);
  });

  it('replaces a host, too, that was only being loaded', async () => {
    const pool = await ChangingHosts.open({ hosts: 2 });
    pool.publish(edition(1, 'this.#stage.enter(); await this.#stage.hold();'));
    await pool.run('exit').outcome;
    await pool.stage.untilEntered(1);
    pool.publish(edition(2));
    await pool.executor.reload();
    pool.stage.release();
    await untilWhole(pool.executor);
    expect(await pool.editions()).toEqual([2, 2]);
    expect(pool.executor.hosts).toMatchObject({ active: 2, spare: 0, crashed: 1 });
  });

  it('leaves no host too many when one dies meanwhile', async () => {
    const pool = await ChangingHosts.open({ hosts: 2 });
    const doomed = [pool.run('held'), pool.run('held')];
    await pool.stage.untilEntered(2);
    pool.publish(edition(2));
    const reloading = pool.executor.reload();
    await expect.poll(() => pool.executor.credit).toBeGreaterThanOrEqual(1);
    await pool.run('exit').outcome;
    pool.stage.release(2);
    for (const each of doomed) expect((await replyOf(each)).result).toBe(1);
    await reloading;
    await untilWhole(pool.executor);
    expect(await pool.editions()).toEqual([2, 2]);
    await expect.poll(() => pool.executor.hosts).toMatchObject({ active: 2, spare: 0, crashed: 1 });
  });

  it('twice at once is done twice, one after the other', async () => {
    const pool = await ChangingHosts.open({ hosts: 1 });
    pool.publish(edition(2));
    await Promise.all([pool.executor.reload(), pool.executor.reload()]);
    expect(await pool.editions()).toEqual([2]);
    expect(pool.executor.hosts).toMatchObject({ active: 1, spare: 0 });
  });

  it('ends with an error when the executor is stopped, before or meanwhile', async () => {
    const pool = await ChangingHosts.open({ hosts: 1 });
    const held = pool.run('held');
    await pool.stage.untilEntered(1);
    const reloading = [pool.executor.reload(), pool.executor.reload()].map((each) =>
      each.catch((error: unknown) => error),
    );
    await pool.executor.stop();
    for (const error of await Promise.all(reloading)) expect(error).toBeInstanceOf(ClosedError);
    expect((await held.outcome).type).toBe('lost');
    await expect(pool.executor.reload()).rejects.toBeInstanceOf(ClosedError);
  });
});
