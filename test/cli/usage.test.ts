import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Output } from '../../src/cli/output.ts';
import { runProgram } from '../../src/cli/program.ts';
import { greenroom } from './command-line.ts';
import { Captured, tell } from './in-process.ts';
import { listenSilently } from './silent-broker.ts';

const closedUrl = 'rabbit://me:secret@127.0.0.1:1/';

describe('greenroom', () => {
  it.each([[[]], [['serve']], [['call']], [['cast']], [['notify']], [['tail']]])(
    '%j --help shows examples',
    async (words) => {
      const { code, stdout, stderr } = await tell([...words, '--help']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Usage: greenroom /);
      expect(stdout.match(/^ {2}\$ .*greenroom /gm)?.length).toBeGreaterThanOrEqual(2);
    },
  );

  it.each([
    ['notify', ['0', '1', '2', '69', '124', '130', '143']],
    ['tail', ['0', '1', '2', '69', '124', '130', '143']],
  ])('%s --help has its exit codes', async (word, codes) => {
    const { stdout } = await tell([word, '--help']);
    const [, listed = ''] = stdout.split('Exit codes: ');
    expect(listed.match(/\d+/g)).toEqual(codes);
  });

  it('is a program of its own, which prints the version of the package', async () => {
    const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { readonly version: string };
    const stdout = `${version}\n`;
    expect(await greenroom(['--version'])).toEqual({ code: 0, signal: null, stdout, stderr: '' });
  });

  it('fails when its results can not be written', async () => {
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space'), { code: 'X' })),
    });
    const stderr = new Captured();
    const output = new Output({ stdout: full, stderr, isInteractive: false });
    const environment = { transport: undefined, executor: undefined, isInteractive: false };
    expect(await runProgram(['--version'], environment, output)).toBe(1);
    expect(stderr.text).toBe('greenroom: no space\n');
  });

  it('without a command shows the help on stderr', async () => {
    const { code, stdout, stderr } = await tell([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: greenroom /);
  });

  it('refuses an unknown option, and says which was meant', async () => {
    const { code, stdout, stderr } = await greenroom(['call', 't', 'm', '--tiemout', '2s']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe("greenroom: unknown option '--tiemout' (Did you mean --timeout?)\n");
  });

  it('refuses arguments that are no JSON, and says where', async () => {
    const { code, stdout, stderr } = await greenroom(['call', 't', 'm', '{"a": 1, b}']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^greenroom: the JSON arguments can't be read: .* position 9\n$/);
  });

  it.each([
    [['srve'], /unknown command 'srve' \(Did you mean serve\?\)/],
    [['call', 't'], /missing required argument 'method'/],
    [['call', 't', 'm', '{}', 'x'], /too many arguments/],
    [['call', 't', 'm', '[1]'], /the JSON arguments must be an object .* not a list/],
    [['call', 't', 'm', '--context', '3'], /--context must be an object .* not a number/],
    [['call', 't', 'm', '--timeout', '5'], /'5' is invalid\. It must be a duration with its unit/],
    [['call', 't', 'm', '--retries', 'many'], /'many' is invalid\. It must be a whole number/],
    [['call', 't', 'm', '--rpc-version', '1'], /'1' is invalid\. It must be major\.minor/],
    [['call', 't', 'm', '--executor', 'pool'], /unknown option '--executor'/],
    [['call', 't', 'm', '--url', 'memory://'], /memory:\/\/ lives inside one process/],
    [['call', 't', 'm', '--url', 'rabit://me:secret@h/'], /did you mean rabbit:\/\/\?/],
    [['call', 't', 'm', '--ulr=rabbit://me:secret@h/'], /'--ulr=rabbit:\/\/\*\*\*@h\/'/],
    [['cast', 't', 'm', '--fanout', '--server', 's'], /'--fanout' cannot be used with .*'--server/],
    [['serve', '--executor', 'pol'], /'pol' is invalid\. .*blocking, async, pool/],
  ] as const)('%j is wrong usage', async (args, complaint) => {
    const { code, stdout, stderr } = await tell(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^greenroom: [^\n]*\n$/);
    expect(stderr).toMatch(complaint);
    expect(stderr).not.toContain('secret');
  });

  it('says at once that no broker is there', async () => {
    const { code, stdout, stderr } = await greenroom(['call', 't', 'm', '--url', closedUrl]);
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
    // A single line: it was not tried again.
    expect(stderr).toMatch(
      /^greenroom: could not connect to the broker at 127\.0\.0\.1:1 [^\n]*\n$/,
    );
  });

  it('[--retries] tries every host again, and logs that', async () => {
    const url = 'rabbit://me:secret@127.0.0.1:1,127.0.0.1:2/';
    const args = ['cast', 't', 'm', '--retries', '1', '--json'];
    const { code, stdout, stderr } = await tell(args, { transport: url });
    expect(code).toBe(69);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'ERR_GREENROOM_DELIVERY_FAILURE',
        message: expect.stringContaining('after 4 attempts'),
      },
    });
    const [first = '', ...others] = stderr.trimEnd().split('\n');
    expect(others).toHaveLength(2);
    expect(JSON.parse(first)).toMatchObject({ level: 40, attempt: 1, host: '127.0.0.1:1' });
    expect(stdout + stderr).not.toContain('secret');
  });

  it('[--timeout] also ends the wait for a broker that does not answer', async () => {
    await using silent = await listenSilently();
    const args = ['call', 't', 'm', '--url', silent.url, '--timeout', '200ms'];
    const { code, stderr } = await tell(args);
    expect(code).toBe(69);
    expect(stderr).toBe('greenroom: could not connect to the broker within 200 ms\n');
  });

  it('[--verbose] adds the stack', async () => {
    const { stderr } = await tell(['call', 't', 'm', '[]', '--verbose']);
    expect(stderr).toMatch(
      /^greenroom: the JSON arguments must be [^\n]*\nUsageError: .*\n {4}at /,
    );
  });

  it('shows a person what it waits for, and takes that away again', async () => {
    await using silent = await listenSilently();
    const args = ['call', 't', 'm', '--url', silent.url, '--timeout', '800ms'];
    const { stderr } = await tell(args, { isInteractive: true });
    const clear = '\r\u001b[K';
    expect(stderr).toBe(
      `connecting to the broker … 1 s${clear}greenroom: could not connect to the broker within 800 ms\n`,
    );
  });
});
