import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HostCrashed } from '../../src/errors.ts';
import { ChildHost, casualtySetup, isThere, makeSpawner, startSpawner } from './child-host.ts';

beforeAll(() => {
  // What the hosts write as they die is handed on, and not for who reads the results of tests.
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterAll(() => {
  vi.restoreAllMocks();
});

describe('a host in a child process', () => {
  const spawner = startSpawner({ maxHeapMb: 64, maxRssMb: 300 });
  let next: Promise<ChildHost> | undefined;

  it.each([
    ['exits', 'exit', { code: 3 }, 'exit', /^the host exited with code 3$/],
    ['exits as if all were well', 'exit', { code: 0 }, 'exit', /^the host exited with code 0$/],
    ['hangs up', 'hangUp', {}, 'exit', /^the host exited with code 0$/],
    ['throws', 'throwUncaught', {}, 'uncaught', /^the host crashed: thrown from a timer$/],
    ['throws null', 'throwNull', {}, 'uncaught', /^the host crashed: null$/],
    ['rejects', 'rejectUnhandled', {}, 'uncaught', /^the host crashed: rejected and forgotten$/],
    ['aborts', 'abort', {}, 'signal', /^the host was killed by SIGABRT$/],
    ['faults', 'signal', { signal: 'SIGSEGV' }, 'signal', /^the host was killed by SIGSEGV$/],
    ['kills itself', 'signal', { signal: 'SIGKILL' }, 'signal', /^the host was killed by SIGKILL/],
    ['fills its heap with arrays', 'fillHeap', { shape: 'arrays' }, 'out-of-memory', /heap/],
    ['fills its heap with strings', 'fillHeap', { shape: 'strings' }, 'out-of-memory', /heap/],
    ['fills its heap with a map', 'fillHeap', { shape: 'map' }, 'out-of-memory', /heap/],
    ['fills its heap with keys', 'fillHeap', { shape: 'keys' }, 'out-of-memory', /heap/],
    ['parses too much', 'parseMuch', {}, 'out-of-memory', /heap/],
    ['fills buffers', 'fillBuffers', {}, 'out-of-memory', /^the host held \d+ MiB .* may 300$/],
  ])(
    'that %s says how it died, and another takes its place',
    async (_, method, args, kind, text) => {
      const host = await (next ?? ChildHost.open(spawner()));
      const pid = await host.pid();
      const id = host.begin(method, args);
      next = ChildHost.open(spawner());
      const crash = await host.spawned.ended;
      expect(crash).toBeInstanceOf(HostCrashed);
      expect(crash).toMatchObject({ kind, message: expect.stringMatching(text), retryable: true });
      expect(host.heard, 'what it had said before').toContainEqual(
        expect.objectContaining({ type: 'progress', begun: [expect.objectContaining({ id })] }),
      );
      await host.spawned.gone;
      expect(isThere(pid)).toBe(false);
      expect(await (await next).resultOf('echo', { value: 'next' })).toBe('next');
    },
  );
});

describe('a host in another process', () => {
  const spawner = startSpawner();

  it('that was killed from outside says so', async () => {
    const host = await ChildHost.open(spawner());
    const pid = await host.pid();
    host.begin('spin');
    process.kill(pid, 'SIGKILL');
    expect(await host.spawned.ended).toMatchObject({
      kind: 'signal',
      message: 'the host was killed by SIGKILL, by the system perhaps, if memory was short',
    });
  });

  it.each(['spin', 'matchForEver', 'waitForEver', 'hashForEver', 'execForEver'])(
    'that is inside %s is gone when it is killed',
    async (method) => {
      const host = await ChildHost.open(spawner());
      const pid = await host.pid();
      await host.hasBegun(host.begin(method));
      host.spawned.kill();
      expect(await host.spawned.ended).toBeUndefined();
      await host.spawned.gone;
      expect(isThere(pid)).toBe(false);
    },
  );

  it('lives on when a call overflows its stack, or returns what cannot be cloned', async () => {
    const host = await ChildHost.open(spawner());
    const failed = { type: 'done', failure: { class: expect.any(String) } };
    expect(await host.call('overflow')).toMatchObject(failed);
    expect(await host.call('unclonable')).toMatchObject(failed);
    expect(await host.resultOf('echo', { value: 'alive' })).toBe('alive');
  });

  it('that catches what nobody did is not said to have died of it', async () => {
    const host = await ChildHost.open(spawner());
    expect(await host.resultOf('survive')).toBe('survived');
    host.begin('exit', { code: 4 });
    expect(await host.spawned.ended).toMatchObject({ kind: 'exit' });
  });

  it('has ended though a process that it started holds its output open', async () => {
    const host = await ChildHost.open(spawner());
    const left = Number(await host.resultOf('leaveBehind'));
    try {
      host.begin('exit', { code: 5 });
      expect(await host.spawned.ended).toMatchObject({ kind: 'exit' });
      expect(isThere(left)).toBe(true);
    } finally {
      process.kill(left, 'SIGKILL');
    }
  });

  it('that dies before it has begun says so, and does not keep those behind it waiting', async () => {
    process.execArgv.push('--import=data:text/javascript,process.exit(4)');
    const stillborn = makeSpawner();
    process.execArgv.pop();
    const hosts = Array.from({ length: 3 }, () => new ChildHost(stillborn, casualtySetup()));
    for (const { spawned } of hosts) {
      expect(await spawned.ended).toMatchObject({
        kind: 'exit',
        message: expect.stringContaining('could not be started'),
      });
      await spawned.gone;
    }
  });
});
