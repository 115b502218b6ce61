import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { greenroom, type RunningCommand, type RunOptions, startGreenroom } from './command-line.ts';
import { tell } from './in-process.ts';
import { fileExists, makeServiceFolder, type ServiceFolder } from './service.ts';
import { listenSilently } from './silent-broker.ts';

const lab = ['--namespace', 'lab'];
let folder: ServiceFolder;
let transport: string;

beforeAll(async () => {
  folder = await makeServiceFolder();
  transport = await brokerUrl();
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

interface ServeWith extends RunOptions {
  readonly args?: readonly string[];
  readonly config?: object;
}

/** Starts a server on a topic of its own and waits until it is ready. */
async function serve({ args = [], config = {}, ...options }: ServeWith = {}): Promise<{
  readonly topic: string;
  readonly server: RunningCommand;
  readonly ready: string;
}> {
  const topic = uniqueTopic('cli');
  const rpc = { target: { topic, server: 'host-a' }, endpoints: './lab.mjs' };
  const text = JSON.stringify({ transport, rpc, pool: { threads: 1 }, ...config });
  const file = await folder.write(`${topic}.json`, text);
  const server = startGreenroom(['serve', file, ...args], options);
  try {
    return { topic, server, ready: await server.line(/^ready|"event":"ready"/) };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

describe('greenroom serve', () => {
  it('tells when it is ready, and how it stopped', async () => {
    const { server, topic, ready } = await serve({ args: ['--executor', 'pool'] });
    await using _ = server;
    expect(ready).toMatch(
      new RegExp(
        `^ready in [\\d.]+ m?s · executor pool \\(1 slot\\) · topic ${topic} · server host-a · rabbit://.*:\\*\\*\\*@`,
      ),
    );
    server.kill('SIGTERM');
    const { code, stdout } = await server.ended;
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual([
      'draining: 30 s at most; signal again to stop at once',
      expect.stringMatching(/^stopped after .* · 0 finished · 0 returned · 0 abandoned$/),
      '',
    ]);
  });

  it('[--json] tells it to programs', async () => {
    const { server, topic } = await serve({
      args: ['--json'],
      config: { executor: 'blocking', drainTimeoutMs: 1500 },
    });
    await using _ = server;
    server.kill('SIGINT');
    const { code, stdout } = await server.ended;
    expect(code).toBe(0);
    const events: unknown[] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events).toEqual([
      {
        event: 'ready',
        ms: expect.any(Number),
        executor: 'blocking',
        slots: 1,
        topic,
        server: 'host-a',
        url: expect.stringContaining(':***@'),
        config: folder.file(`${topic}.json`),
        pid: expect.any(Number),
      },
      { event: 'draining', signal: 'SIGINT', timeoutMs: 1500 },
      {
        event: 'stopped',
        finished: 0,
        returned: 0,
        abandoned: 0,
        cancelled: { deadline: 0, 'caller-gone': 0, cancelled: 0, draining: 0 },
        messages: { returned: [], cancelled: [], abandoned: [] },
      },
    ]);
  });

  it('takes the nearest executor, and reads YAML and TypeScript', async () => {
    const topic = uniqueTopic('cli');
    const yaml = `
transport: ${transport}
executor: blocking
rpc:
  target: { topic: ${topic} }
  endpoints: [./lab.mjs]
pool: { threads: 1 }
`;
    const typescript = `
const topic: string = '${topic}';
export default () => ({
  executor: 'pool',
  rpc: { target: { topic }, endpoints: new URL('./lab.mjs', import.meta.url) },
});
`;
    const inYaml = await folder.write('precedence.yaml', yaml);
    const inTypescript = await folder.write('precedence.ts', typescript);
    const env = { GREENROOM_EXECUTOR: 'async', GREENROOM_TRANSPORT: transport };
    await using byConfig = startGreenroom(['serve', inYaml]);
    await using byEnvironment = startGreenroom(['serve', inTypescript], { env });
    await using byOption = startGreenroom(['serve', inYaml, '--executor', 'pool'], { env });
    const ready = await Promise.all(
      [byConfig, byEnvironment, byOption].map((server) => server.line(/^ready/)),
    );
    expect(ready).toEqual([
      expect.stringContaining(' executor blocking (1 slot) '),
      expect.stringContaining(' executor async (64 slots) '),
      expect.stringContaining(' executor pool (1 slot) '),
    ]);
  });

  it('[--health-port] answers probes, and not ready goes first', async () => {
    const { server, topic, ready } = await serve({
      args: ['--executor', 'pool', '--health-port', '0', '--json'],
    });
    await using _ = server;
    const { probes } = JSON.parse(ready) as { readonly probes: string };
    expect(probes).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${probes}/readyz`)).status).toBe(200);
    const started = folder.file('probed-started');
    const args = JSON.stringify({ started, release: folder.file('probed-release') });
    await using caller = startGreenroom(['call', topic, 'hold', args, ...lab, '--url', transport]);
    await fileExists(started);
    server.kill('SIGTERM');
    await server.line(/"event":"draining"/);
    expect((await fetch(`${probes}/readyz`)).status).toBe(503);
    expect((await fetch(`${probes}/healthz`)).status).toBe(200);
    await folder.write('probed-release', '');
    expect(await caller.ended).toMatchObject({ code: 0 });
    expect(await server.ended).toMatchObject({ code: 0 });
  });

  it('lets a running call finish on SIGTERM', async () => {
    const { server, topic } = await serve({ args: ['--executor', 'pool'] });
    await using _ = server;
    const started = folder.file('drain-started');
    const args = JSON.stringify({ started, release: folder.file('drain-release') });
    await using caller = startGreenroom(['call', topic, 'hold', args, ...lab, '--url', transport]);
    await fileExists(started);
    server.kill('SIGTERM');
    await server.line(/^draining/);
    await folder.write('drain-release', '');
    expect(await caller.ended).toMatchObject({ code: 0, stdout: '"released"\n' });
    const { code, stdout } = await server.ended;
    expect(code).toBe(0);
    expect(stdout).toContain(' · 1 finished · 0 returned · 0 abandoned\n');
  });

  it('stops at once on the second SIGTERM, and tells the abandoned caller', async () => {
    const { server, topic } = await serve({ args: ['--executor', 'pool'] });
    await using _ = server;
    const started = folder.file('spin-started');
    const args = JSON.stringify({ started });
    await using caller = startGreenroom(['call', topic, 'spin', args, ...lab, '--url', transport]);
    await fileExists(started);
    server.kill('SIGTERM');
    await server.line(/^draining/);
    server.kill('SIGTERM');
    const { code, signal, stdout } = await server.ended;
    expect({ code, signal }).toEqual({ code: 143, signal: null });
    expect(stdout).toContain('\nstopping at once\n');
    expect(stdout).toContain(' · 0 finished · 0 returned · 1 abandoned\n');
    const told = await caller.ended;
    expect(told.code).toBe(3);
    expect(told.stderr).toMatch(
      /^greenroom: CallCancelled: call of spin was cancelled: the server is stopping/m,
    );
  });

  it('[progress] says what takes long, and Ctrl-C ends it', async () => {
    await using silent = await listenSilently();
    const file = await folder.write('silent.json', JSON.stringify(minimal('x')));
    await using server = startGreenroom(['serve', file, '--url', silent.url]);
    await server.line(/^connecting to the broker … \S+ m?s so far$/);
    server.kill('SIGINT');
    const { code, stdout, stderr } = await server.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/\ngreenroom: interrupted by SIGINT\n$/);
  });

  it('without a broker gives up after the configured retries', async () => {
    const config = { ...minimal('x'), rabbit: { connectRetries: 1, retryInitialMs: 1 } };
    const file = await folder.write('no-broker.json', JSON.stringify(config));
    const url = 'rabbit://me:secret@127.0.0.1:1/';
    const { code, stdout, stderr } = await tell(['serve', file, '--json', '--url', url]);
    expect(code).toBe(69);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'ERR_GREENROOM_DELIVERY_FAILURE',
        message: expect.stringContaining('after 2 attempts'),
      },
    });
    expect(stdout + stderr).not.toContain('secret');
  });

  it('refuses a config with an unknown key, and says which was meant', async () => {
    const config = { ...minimal('x'), exekutor: 'pool' };
    const file = await folder.write('typo.json', JSON.stringify(config));
    const { code, stderr } = await greenroom(['serve', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^greenroom: invalid .*typo\.json: exekutor: unknown option \(did you mean 'executor'\?\)\n$/m,
    );
  });

  it('refuses to go without a config', async () => {
    const named = await greenroom(['serve', 'missing.yaml'], { cwd: folder.path });
    expect(named).toMatchObject({ code: 2, stdout: '' });
    expect(named.stderr).toMatch(/^greenroom: cannot read the config file missing\.yaml: .*\n$/m);
  });

  it('refuses a config module that throws', async () => {
    const file = await folder.write(
      'throws.mjs',
      "export default () => { throw new Error('oh') };",
    );
    const { code, stderr } = await tell(['serve', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^greenroom: .*oh\n$/m);
  });

  it('refuses a wrong word in GREENROOM_EXECUTOR', async () => {
    const { code, stderr } = await tell(['serve', 'x.json'], { executor: 'polo' });
    expect(code).toBe(2);
    expect(stderr).toBe(
      "greenroom: GREENROOM_EXECUTOR: there is no executor 'polo'; it is one of blocking, async, pool, process\n",
    );
  });

  it('fails when an endpoint module is missing', async () => {
    const { rpc } = minimal('x');
    const config = { transport, rpc: { ...rpc, endpoints: './missing.mjs' } };
    const file = await folder.write('no-endpoint.json', JSON.stringify(config));
    const { code, stderr } = await tell(['serve', file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/greenroom: endpoint module file:.*missing\.mjs failed to load/);
  });
});

function minimal(topic: string): { readonly rpc: object } {
  return { rpc: { target: { topic }, endpoints: './lab.mjs' } };
}
