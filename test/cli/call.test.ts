import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import {
  type Ended,
  greenroom,
  type RunningCommand,
  type RunOptions,
  startGreenroom,
} from './command-line.ts';
import { type Told, tell } from './in-process.ts';
import { fileExists, makeServiceFolder, type ServiceFolder } from './service.ts';

const topic = uniqueTopic('cli');
let folder: ServiceFolder;
let server: RunningCommand;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  folder = await makeServiceFolder();
  env = { GREENROOM_TRANSPORT: await brokerUrl() };
  await folder.write(
    'greenroom.config.mjs',
    `export default {
      rpc: {
        target: { topic: '${topic}', server: 'host-a' },
        endpoints: new URL('./lab.mjs', import.meta.url),
      },
      pool: { threads: 2 },
    };`,
  );
  server = startGreenroom(['serve', '--executor', 'pool'], { cwd: folder.path, env });
  await server.line(/^ready/);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const lab = ['--namespace', 'lab', '--rpc-version', '1.1'];
const callHere = (args: readonly string[]): Promise<Told> =>
  tell(['call', topic, ...args], { transport: env['GREENROOM_TRANSPORT'] });
const call = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  greenroom(['call', topic, ...args], { env, ...options });

describe('greenroom call', () => {
  it('prints the result as JSON', async () => {
    const ended = await call(['add', '{"a": 1, "b": 2}', ...lab]);
    const stdout = '{\n  "sum": 3,\n  "inThread": true\n}\n';
    expect(ended).toEqual({ code: 0, signal: null, stdout, stderr: '' });
  });

  it('[--json] prints a line, and loses no digit', async () => {
    const { code, stdout } = await call(['numbers', '--json', ...lab]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\{"result":\{"big":1180591620717411303424,"nan":NaN,"list":\[1,-Infinity\]\},"ms":[\d.]+\}\n$/,
    );
  });

  it('reads arguments from stdin, and sends a context and all digits along', async () => {
    const args = ['echo', '-', '--context', '{"user": "u1"}', '--json', '--server', 'host-a'];
    const stdin = '{"id": 12345678901234567890}\n';
    const { code, stdout } = await call([...args, ...lab], { stdin });
    expect(code).toBe(0);
    expect(stdout).toContain('"args":{"id":12345678901234567890},"context":{"user":"u1"}');
  });

  it('tells class and message of a remote failure', async () => {
    const { code, stdout, stderr } = await call(['fail', '{"text": "too\\nwide"}', ...lab]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe('greenroom: TypeError: too wide\n');
  });

  it('[--verbose] adds the remote traceback', async () => {
    const { code, stderr } = await callHere(['fail', '{"text": "no"}', '--verbose', ...lab]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^greenroom: TypeError: no\nTypeError: no\n {4}at Lab\.fail /);
  });

  it('[--json] prints a remote failure in full', async () => {
    const { code, stdout, stderr } = await callHere(['fail', '{"text": "no"}', '--json', ...lab]);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(stdout).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'ERR_GREENROOM_REMOTE',
        message: 'remote error: TypeError: no',
        remote: {
          class: 'TypeError',
          module: expect.any(String),
          message: 'no',
          args: ['no'],
          kwargs: {},
          traceback: expect.arrayContaining([expect.stringContaining('Lab.fail')]),
        },
      },
    });
  });

  it.each([
    ['an unknown method', ['nope', ...lab], /NoSuchMethod: .*nope/],
    [
      'a version that is not served',
      ['add', '--namespace', 'lab', '--rpc-version', '2.0'],
      /UnsupportedVersion: .*2\.0/,
    ],
  ] as const)('counts %s as a remote failure', async (_what, args, complaint) => {
    const { code, stderr } = await callHere(args);
    expect(code).toBe(3);
    expect(stderr).toMatch(complaint);
  });

  it('gives up when the timeout has passed', async () => {
    const args = ['call', uniqueTopic('nobody'), 'add', '--timeout', '2s'];
    const { code, stdout, stderr } = await greenroom(args, { env });
    expect({ code, stdout }).toEqual({ code: 124, stdout: '' });
    expect(stderr).toMatch(
      /^greenroom: timed out after 2000 ms waiting for the reply to add [^\n]*\n$/,
    );
  });

  it('is ended by Ctrl-C', async () => {
    const started = folder.file('interrupted-started');
    const release = folder.file('interrupted-release');
    const args = ['call', topic, 'hold', JSON.stringify({ started, release }), ...lab];
    await using caller = startGreenroom(args, { env });
    await fileExists(started);
    caller.kill('SIGINT');
    expect(await caller.ended).toMatchObject({
      code: 130,
      stdout: '',
      stderr: 'greenroom: interrupted by SIGINT\n',
    });
    await folder.write('interrupted-release', '');
  });
});

describe('greenroom cast', () => {
  it('is done when the broker has the request', async () => {
    const file = folder.file('cast');
    const args = ['cast', topic, 'note', JSON.stringify({ file, text: 'hello' }), ...lab];
    expect(await greenroom(args, { env })).toMatchObject({ code: 0, stdout: '', stderr: '' });
    await fileExists(file);
    await expect.poll(() => readFile(file, 'utf8')).toBe('hello\n');
  });

  it('[--fanout] [--json] reaches the server too', async () => {
    const file = folder.file('fanout');
    const args = ['cast', topic, 'note', JSON.stringify({ file, text: 'all' }), '--fanout', ...lab];
    const { code, stdout } = await tell([...args, '--json'], {
      transport: env['GREENROOM_TRANSPORT'],
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ sent: true, ms: expect.any(Number) });
    await fileExists(file);
    await expect.poll(() => readFile(file, 'utf8')).toBe('all\n');
  });
});
