import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { processUsage } from '../../src/cli/bench/process-usage.ts';
import { readResult } from '../../src/cli/bench/read-result.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { result, series } from './bench-results.ts';
import { tell } from './in-process.ts';

describe('greenroom bench', () => {
  it('[--help] shows both forms, and examples', async () => {
    const { code, stdout, stderr } = await tell(['bench', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: greenroom bench <topic> <method> \[json\] \[options\]\n/);
    expect(stdout).toContain(
      '\n       greenroom bench --config <file> <method> [json] [options]\n',
    );
    expect(stdout.match(/^ {2}\$ .*greenroom bench /gm)?.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    [[], /what to call is missing: greenroom bench <topic> <method> \[json\]/],
    [['t'], /what to call is missing/],
    [['t', 'm', '{}', 'x'], /too many arguments/],
    [['--config', 'c.yaml'], /what to call is missing: greenroom bench --config <file> <method>/],
    [
      ['--config', 'c.yaml', 't', 'm', '{}'],
      /too many arguments: .*the topic is that of the config/,
    ],
    [['--config', 'c.yaml', 'm', '--server', 's'], /--server is for a service that runs/],
    [['--config', 'c.yaml', 'm', '--exchange', 'e'], /--exchange is for a service that runs/],
    [['--config', 'missing.yaml', 'm'], /cannot read the config file missing\.yaml/],
    [['t', 'm', '--executors', 'pool'], /--executors needs --config/],
    [
      ['t', 'm', '--executors', 'async,pol'],
      /There is no executor 'pol'; there are blocking, async/,
    ],
    [
      ['t', 'm', '--concurency', '1'],
      /unknown option '--concurency' \(Did you mean --concurrency\?\)/,
    ],
    [['t', 'm', '--concurrency', '1,0'], /'1,0' is invalid\. It must be numbers of 1 to 50000/],
    [['t', 'm', '--concurrency', '1;2'], /'1;2' is invalid/],
    [['t', 'm', '--rounds', '0'], /'0' is invalid\. It must be a whole number of 1 to 99/],
    [['t', 'm', '--duration', '10'], /'10' is invalid\. It must be a duration with its unit/],
    [['t', 'm', '--format', 'yaml'], /'yaml' is invalid\. Allowed choices are json, msgpack/],
    [['t', 'm', '--fail-on-regression', '10%'], /--fail-on-regression needs --compare/],
    [['t', 'm', '--fail-on-regression', '10'], /'10' is invalid\. It must be a percentage/],
    [['t', 'm', '--compare', '/missing.json'], /can't read the result \/missing\.json: ENOENT/],
    [['t', 'm', '--out', '/missing/out.json'], /can't write \/missing\/out\.json: ENOENT/],
    [['t', 'm', '--url', 'memory://'], /memory:\/\/ lives inside one process, so nothing there/],
    [['t', 'm', '[1]', '--url', 'rabbit://127.0.0.1:1/'], /must be an object .* not a list/],
  ] as const)('%j is wrong usage', async (args, complaint) => {
    const { code, stdout, stderr } = await tell(['bench', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^greenroom: [^\n]*\n$/);
    expect(stderr).toMatch(complaint);
  });

  it('says at once that no broker is there', async () => {
    const { code, stdout } = await tell(['bench', 't', 'm', '--url', 'rabbit://127.0.0.1:1/']);
    expect({ code, stdout }).toEqual({ code: 69, stdout: '' });
  });
});

describe('readResult', () => {
  async function read(text: string): Promise<unknown> {
    const folder = await mkdtemp(path.join(tmpdir(), 'greenroom-bench-'));
    try {
      const file = path.join(folder, 'old.json');
      await writeFile(file, text);
      return await readResult(file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it('reads what was written', async () => {
    const one = result([series('async', [{ curve: [[50, 1.5]], pingP99Ms: 3 }])], { notes: ['a'] });
    expect(await read(JSON.stringify(one))).toEqual(one);
  });

  it.each([
    ['{', /can't read the result .*old\.json: /],
    ['[]', /is no result of a benchmark: as a whole: /],
    ['{"format": 2}', /is no result of a benchmark: format: /],
    [JSON.stringify({ ...result([]), series: [{ measure: 1 }] }), /series\.0\.measure: /],
  ])('refuses %j', async (text, complaint) => {
    await expect(read(text)).rejects.toThrow(complaint);
    await expect(read(text)).rejects.toBeInstanceOf(UsageError);
  });
});

describe.runIf(process.platform === 'linux')('processUsage', () => {
  it('grows with the work that a process does', async () => {
    const before = await processUsage(process.pid);
    const until = performance.now() + 60;
    while (performance.now() < until);
    const after = await processUsage(process.pid);
    expect(after?.cpuSeconds).toBeGreaterThan(before?.cpuSeconds ?? Number.NaN);
    expect(after?.rssMb).toBeGreaterThan(10);
  });

  it('is nothing for a process that there is not', async () => {
    expect(await processUsage(2 ** 30)).toBeUndefined();
  });
});
