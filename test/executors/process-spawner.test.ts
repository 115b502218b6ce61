import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ChildHost, casualtySetup, isThere, makeSpawner, startSpawner } from './child-host.ts';

describe('ProcessSpawner', () => {
  const spawner = startSpawner();

  it('spawns a host that answers calls from a process of its own', async () => {
    const host = await ChildHost.open(spawner());
    const value = { text: 'é', list: [1, 2.5, null] };
    expect(await host.resultOf('echo', { value })).toEqual(value);
    expect(await host.pid()).not.toBe(process.pid);
  });

  it('hands over what a host says before a method computes, while it does', async () => {
    const host = await ChildHost.open(spawner());
    const id = host.begin('untilAborted');
    await host.hasBegun(id);
    host.spawned.flag(0, 'cancelled');
    expect(await host.outcomeOf(id)).toMatchObject({ type: 'done', failure: undefined });
  });

  it('hands over a large reply, though the next call begins to compute at once', async () => {
    const host = await ChildHost.open(spawner());
    const large = host.begin('large', { length: 8 * 1024 * 1024 }, { place: 0 });
    await host.hasBegun(large);
    const endless = host.begin('untilAborted', {}, { place: 1 });
    expect(await host.outcomeOf(large)).toMatchObject({ type: 'done' });
    host.spawned.flag(1, 'deadline');
    await host.outcomeOf(endless);
  });

  it('lowers a flag before the next call looks at it', async () => {
    const host = await ChildHost.open(spawner());
    for (let i = 0; i < 3; i++) {
      const id = host.begin('untilAborted');
      await host.hasBegun(id);
      host.spawned.flag(0, 'cancelled');
      await host.outcomeOf(id);
      host.spawned.flag(0, undefined);
      expect(await host.resultOf('aborted')).toBe(false);
    }
  });

  it('tells a host the deadline by its own clock, whatever the wall clock said at their starts', async () => {
    const hourMs = 3_600_000;
    // As in a process that started when the wall clock was an hour slow.
    const origin = performance.timeOrigin - hourMs;
    const slow = vi.spyOn(performance, 'timeOrigin', 'get').mockReturnValue(origin);
    onTestFinished(() => slow.mockRestore());
    const host = await ChildHost.open(spawner());
    const deadline = performance.timeOrigin + performance.now() + 10_000;
    const about = (await host.resultOf('about', {}, { deadline })) as { remainingMs: number };
    expect(about.remainingMs).toBeLessThanOrEqual(10_001);
    expect(about.remainingMs).toBeGreaterThan(0);
  });

  it('lets a host that is told to stop dispose of its endpoints and exit as a process does', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'diary-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const diary = join(directory, 'diary');
    const host = await ChildHost.open(spawner(), casualtySetup({ diary }));
    host.spawned.post({ type: 'stop' });
    expect(await host.spawned.ended).toBeUndefined();
    await host.spawned.gone;
    expect(readFileSync(diary, 'utf8')).toBe('disposed\nexit 0\n');
  });

  it('leaves it to the runtime when a host is to stop, not to who signals the group', async () => {
    const host = await ChildHost.open(spawner());
    const pid = await host.pid();
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    expect(await host.resultOf('echo', { value: 'unmoved' })).toBe('unmoved');
  });

  it('takes nothing that an endpoint sends to its parent for its own', async () => {
    const host = await ChildHost.open(spawner());
    expect(await host.resultOf('chatter')).toBe('said');
    expect(await host.resultOf('echo', { value: 'on' })).toBe('on');
    expect(new Set(host.heard.map(({ type }) => type))).toEqual(
      new Set(['ready', 'progress', 'memory']),
    );
  });

  it('goes on hearing a host that could not send something', async () => {
    const host = await ChildHost.open(spawner());
    await host.call('logUnclonable');
    expect(host.heard).toContainEqual(expect.objectContaining({ type: 'log', message: 'logged' }));
    expect(await host.resultOf('echo', { value: 'on' })).toBe('on');
  });

  it('refuses options that cannot be sent to another process', async () => {
    const memory = new SharedArrayBuffer(4);
    const host = new ChildHost(spawner(), casualtySetup({ memory }));
    expect(await host.hears(({ type }) => type === 'load-failed')).toMatchObject({
      message: expect.stringMatching(/can't be sent to another process: .*SharedArrayBuffer/),
    });
    expect(await host.spawned.ended).toBeUndefined();
    await host.spawned.gone;
  });

  it('gives a host the environment and the options of this process, but for its debugger', async () => {
    vi.stubEnv('GREENROOM_TEST_VARIABLE', 'handed on');
    const execArgv = ['--inspect-port=0', '--debug-port', '0', '--no-warnings'];
    process.execArgv.push(...execArgv);
    const inheriting = makeSpawner({ maxHeapMb: 99.5 });
    process.execArgv.splice(-execArgv.length);
    const host = await ChildHost.open(inheriting);
    const about = await host.resultOf('about', { variable: 'GREENROOM_TEST_VARIABLE' });
    vi.unstubAllEnvs();
    expect(about).toMatchObject({
      variable: 'handed on',
      execArgv: [...process.execArgv, '--no-warnings', '--max-old-space-size=100'],
    });
  });

  it('keeps its flags where nobody finds them', async () => {
    const host = await ChildHost.open(spawner());
    const names = [...readdirSync('/dev/shm'), ...readdirSync(tmpdir())];
    expect(names.filter((name) => name.startsWith('greenroom-flags-'))).toEqual([]);
    host.spawned.kill();
    await host.spawned.gone;
  });
});

describe('a host that is killed before it has a process', () => {
  it('ends, and leaves the process to the next', async () => {
    const spawner = makeSpawner();
    const first = new ChildHost(spawner, casualtySetup());
    first.spawned.kill();
    first.spawned.kill();
    expect(await first.spawned.ended).toBeUndefined();
    await first.spawned.gone;
    const next = await ChildHost.open(spawner);
    expect(await next.resultOf('echo', { value: 'next' })).toBe('next');
  });
});

describe('ProcessSpawner.destroy', () => {
  it('leaves no process, whatever its hosts do', async () => {
    const spawner = makeSpawner();
    const hosts = await Promise.all(Array.from({ length: 3 }, () => ChildHost.open(spawner)));
    const pids = await Promise.all(hosts.map((host) => host.pid()));
    hosts[0]?.begin('spin');
    hosts[1]?.begin('hashForEver');
    const starting = new ChildHost(spawner, casualtySetup());
    await Promise.all([spawner.destroy(), spawner.destroy()]);
    for (const { spawned } of [...hosts, starting]) expect(await spawned.ended).toBeUndefined();
    expect(pids.filter(isThere)).toEqual([]);
  });

  it('has a host that is spawned later end at once', async () => {
    const spawner = makeSpawner();
    await spawner.destroy();
    const host = new ChildHost(spawner, casualtySetup());
    expect(await host.spawned.ended).toBeUndefined();
    await host.spawned.gone;
    host.spawned.post({ type: 'stop' });
    host.spawned.flag(0, 'draining');
  });
});
