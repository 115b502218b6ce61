import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchResult } from '../../src/cli/bench/result.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { type RunningCommand, startGreenroom } from './command-line.ts';
import { type Told, tell } from './in-process.ts';
import { makeServiceFolder, type ServiceFolder } from './service.ts';

const short = ['--duration', '200ms', '--warm-up', '50ms', '--namespace', 'bench'];
const add = ['add', '{"a": 1, "b": 2}'];
let folder: ServiceFolder;
let transport: string;

beforeAll(async () => {
  folder = await makeServiceFolder();
  transport = await brokerUrl();
  await folder.write('bench-lab.mjs', benchModule);
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** Writes a config for a topic of its own. */
async function configFile(config: object = {}): Promise<{ topic: string; file: string }> {
  const topic = uniqueTopic('bench');
  const target = { topic, server: 'host-a' };
  const rpc = { target, endpoints: './bench-lab.mjs' };
  const pool = { threads: 1, spareHosts: 0 };
  const text = JSON.stringify({ transport, rpc, pool, ...config });
  return { topic, file: await folder.write(`${topic}.json`, text) };
}

/** Runs it in this process, which starts sooner than one of its own. */
async function bench(args: readonly string[]): Promise<Told> {
  return await tell(['bench', ...short, ...args], { transport });
}

describe('greenroom bench <topic>', () => {
  let topic: string;
  let server: RunningCommand;

  beforeAll(async () => {
    const config = await configFile({ executor: 'async' });
    topic = config.topic;
    server = startGreenroom(['serve', config.file]);
    await server.line(/^ready/);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  it('prints a table, says how it goes, and writes JSON and a report', async () => {
    const [out, report] = [folder.file('out.json'), folder.file('report.html')];
    const files = ['--out', out, '--report', report];
    const args = [topic, ...add, '--concurrency', '1,4', '--rounds', '2', ...files];
    const { code, stdout, stderr } = await bench(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^│ outstanding │ calls\/s │ +min-max │ +p50 ms │ +p99 ms │ errors │$/m);
    expect(stdout.match(/^│ +[14] │ +[\d,.]+ │ +[\d,.]+-[\d,.]+ │ .* 0 │$/gm)).toHaveLength(2);
    const figures = '[\\d,.]+ calls/s, p99 [\\d,.]+ ms';
    expect(stderr.trimEnd().split('\n')).toEqual([
      '4 windows to measure, about 1 s',
      expect.stringMatching(`^\\[1/4\\] round 1, ${topic}, 1 outstanding: ${figures}$`),
      expect.stringMatching(`^\\[2/4\\] round 1, ${topic}, 4 outstanding: ${figures}$`),
      expect.stringMatching(`^\\[3/4\\] round 2, ${topic}, 1 outstanding: ${figures}$`),
      expect.stringMatching(`^\\[4/4\\] round 2, ${topic}, 4 outstanding: ${figures}$`),
    ]);
    const result = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
    expect(result).toMatchObject({
      format: 1,
      versions: { node: process.versions.node },
      settings: { topic, method: 'add', 'argument bytes': 13, rounds: 2 },
      series: [
        { measure: 'add', subject: topic, outstanding: 1, rounds: [{ errors: 0 }, { errors: 0 }] },
        { measure: 'add', subject: topic, outstanding: 4, rounds: [{ errors: 0 }, { errors: 0 }] },
      ],
    });
    expect(await readFile(report, 'utf8')).toContain('<h1>Benchmark of add</h1>');
  });

  it('[--json] prints one line, and [--compare] what has changed', async () => {
    const out = folder.file('before.json');
    const args = [topic, ...add, '--concurrency', '2', '--rounds', '2'];
    expect((await bench([...args, '--json', '--out', out])).stderr).toBe('');
    // Nothing on earth is ten times as fast as it was a second ago.
    const older = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
    const series = older.series.map((one) => ({
      ...one,
      rounds: one.rounds.map((round) => ({ ...round, callsPerSecond: round.callsPerSecond * 10 })),
    }));
    await folder.write('before.json', JSON.stringify({ ...older, series }));
    const compared = [...args, '--compare', out, '--fail-on-regression', '50%'];
    const { code, stdout, stderr } = await bench(compared);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^│ worse +│ \S+ │ +2 │ calls\/s +│ .* -\d\d %/m);
    expect(stdout).toMatch(/^\d of \d figures are the same within the spread of the rounds$/m);
    expect(stderr).toMatch(/greenroom: worse than before: .*throughput of .* outstanding -\d\d %/);
    const other = ['--compare', out, '--fail-on-regression', '50%', '--concurrency', '3'];
    const incomparable = await bench([...args, ...other]);
    expect(incomparable.code).toBe(2);
    expect(incomparable.stdout).toContain('\nnothing of it was measured again\n');
    const { stdout: line } = await bench([...compared.slice(0, -2), '--json']);
    expect(JSON.parse(line)).toMatchObject({
      comparison: expect.arrayContaining([
        expect.objectContaining({ figure: 'calls/s', verdict: 'worse', outstanding: 2 }),
      ]),
    });
  });

  it('counts failed calls by class, and fails for them', async () => {
    const args = [topic, 'flaky', '--concurrency', '3', '--rounds', '1'];
    const { code, stdout, stderr } = await bench(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^note: flaky failed under \S+: \d+ × TypeError \(one in four\)$/m);
    expect(stderr).toMatch(/^greenroom: \d+ calls failed: see the notes$/m);
  });

  it.each([
    ['a method that always fails', 3, ['fail'], /^greenroom: TypeError: never$/m],
    ['a method that there is not', 3, ['nope'], /NoSuchMethod/],
  ])('ends at once for %s', async (_what, code, call, complaint) => {
    const ended = await bench([topic, ...call, '--rounds', '50']);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(complaint);
  });

  it('ends at once where nobody listens, and after the timeout where nobody answers', async () => {
    const nobody = await bench([uniqueTopic('nobody'), ...add]);
    expect(nobody).toMatchObject({ code: 69, stdout: '' });
    expect(nobody.stderr).toMatch(/greenroom: nobody listens to topic nobody-\S+: is the service/);
    const silent = await bench([topic, 'hang', '--timeout', '300ms']);
    expect(silent).toMatchObject({ code: 124, stdout: '' });
  });

  it('prints what was measured when Ctrl-C ends it', async () => {
    const args = ['bench', topic, ...add, ...short, '--concurrency', '1,2', '--rounds', '99'];
    await using command = startGreenroom(args, { env: { GREENROOM_TRANSPORT: transport } });
    await command.line(/^\[2\/198\]/);
    command.kill('SIGINT');
    const { code, stdout, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(stdout.match(/^│ +[12] │ +[\d,.]+ │/gm)).toHaveLength(2);
    expect(stdout).toContain('\nnote: it ended before its time: interrupted by SIGINT\n');
    expect(stderr).toMatch(/\ngreenroom: interrupted by SIGINT\n$/);
  });

  it('starts no service where another one answers', async () => {
    const config = JSON.parse(await readFile(folder.file(`${topic}.json`), 'utf8')) as object;
    const file = await folder.write('second.json', JSON.stringify(config));
    const { code, stdout, stderr } = await bench(['--config', file, ...add]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`greenroom: another server answers on topic ${topic}: stop it, or`);
  });
});

describe('greenroom bench --config', () => {
  it('measures the service under each executor, pings it, and says which one suits', async () => {
    const { file } = await configFile();
    const out = folder.file('executors.json');
    const load = ['--concurrency', '4', '--rounds', '1'];
    const args = ['--config', file, ...add, '--executors', 'async,pool', ...load, '--out', out];
    const { code, stdout } = await bench(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^With 4 outstanding (async|pool) suits: .*\.$/m);
    const { series } = JSON.parse(await readFile(out, 'utf8')) as BenchResult;
    expect(series.map(({ subject, rounds }) => [subject, rounds.length])).toEqual([
      ['async', 1],
      ['pool', 1],
    ]);
    for (const round of series.flatMap(({ rounds }) => rounds)) {
      expect(round).toMatchObject({ errors: 0, pingP99Ms: expect.any(Number) });
      if (process.platform === 'linux') {
        expect(round).toMatchObject({
          cpuPer10kCalls: { server: expect.any(Number) },
          rssMb: { server: expect.any(Number) },
        });
      }
    }
  });

  it('leaves out an executor under which the service does not start, and says why', async () => {
    const topic = uniqueTopic('bench');
    const file = await folder.write(
      `${topic}.mjs`,
      `import { Lab } from './bench-lab.mjs';
      export default {
        transport: '${transport}',
        rpc: { target: { topic: '${topic}' }, endpoints: new Lab() },
      };`,
    );
    const load = ['--concurrency', '2', '--rounds', '1'];
    const args = ['--config', file, ...add, '--executors', 'pool,async', ...load];
    const { code, stdout, stderr } = await bench(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^│ +2 │ async +│ +[\d,.]+ │/m);
    expect(stdout).toMatch(/^note: pool was left out: .*instance/m);
    expect(stderr).toMatch(/^greenroom: pool was left out: see the notes$/m);
  });

  it('says how a server ended that did not last', async () => {
    const { file } = await configFile();
    const args = ['--config', file, 'die', '--executors', 'async', '--duration', '20s'];
    const { code, stderr } = await bench(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^greenroom: the server ended with exit code 7$/m);
  });

  it('leaves no server behind when it is killed', async () => {
    const { topic, file } = await configFile();
    const args = ['bench', '--config', file, ...add, ...short, '--executors', 'async'];
    const env = { GREENROOM_TRANSPORT: transport };
    await using command = startGreenroom([...args, '--rounds', '99'], { env });
    await command.line(/^\[1\/297\]/);
    command.kill('SIGKILL');
    await command.ended;
    const isListening = async (): Promise<boolean> => {
      const ping = ['call', topic, 'oslo_rpc_server_ping', '--timeout', '1s'];
      return (await tell(ping, { transport })).code === 0;
    };
    await expect.poll(isListening, { timeout: 30_000 }).toBe(false);
  });

  it('needs a broker that other processes can reach', async () => {
    const { file } = await configFile();
    const { code, stderr } = await bench(['--config', file, ...add, '--url', 'memory://']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/each executor gets a process of its own: give the URL of a broker/);
  });
});

const benchModule = `
let calls = 0;

export class Lab {
  static target = { namespace: 'bench', version: '1.0' };

  add(_ctx, { a, b }) {
    return a + b;
  }

  flaky() {
    if (++calls % 4 === 0) throw new TypeError('one in four');
  }

  fail() {
    throw new TypeError('never');
  }

  hang() {
    return new Promise(() => {});
  }

  /** The server goes down in the middle of it. */
  die() {
    if (++calls === 50) process.exit(7);
  }
}
`;
