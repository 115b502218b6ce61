import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchResult } from '../../src/cli/bench/result.ts';
import { amqpUrl } from '../support/broker.ts';
import { Benchmark, isRunning } from './benchmark.ts';

// The smallest run that there is with two peers, none of which has to be installed.
const small = ['--quick', '--only', 'echo 100 B', '--peers', 'greenroom', '--warm-up', '0.2'];

let out = '';
beforeAll(() => {
  out = mkdtempSync(path.join(os.tmpdir(), 'greenroom-bench-'));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe('npm run bench', { timeout: 180_000 }, () => {
  it('measures Greenroom beside the reference, and writes what it found', async () => {
    const url = await amqpUrl();
    const options = [...small, '--seconds', '0.3', '--url', url, '--out', out];
    const { code, stdout, stderr } = await new Benchmark(...options).ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });

    const { series, settings, versions }: BenchResult = JSON.parse(written('bench.json'));
    const measured = series.map(({ subject, outstanding }) => `${subject} ${outstanding}`);
    expect(measured).toEqual([
      'amqplib by hand 1',
      'Greenroom async 1',
      'amqplib by hand 128',
      'Greenroom async 128',
      'Greenroom pool 128',
      'Greenroom pool, 16 a thread 128',
      'amqplib by hand, again 128',
    ]);
    for (const { rounds } of series) {
      expect(rounds).toHaveLength(1);
      expect(rounds[0]?.callsPerSecond).toBeGreaterThan(0);
      expect(rounds[0]?.p99Ms).toBeGreaterThanOrEqual(rounds[0]?.p50Ms ?? Number.NaN);
      expect(rounds[0]?.stallMs?.server).toBeGreaterThanOrEqual(0);
    }
    expect(settings).toMatchObject({
      rounds: 1,
      'window s': 0.3,
      'before calls': '0.4 s of echo 100 B at 128',
    });
    expect(versions).toMatchObject({ node: process.versions.node });
    expect(versions['rabbitmq']).toMatch(/^\d/);

    expect(stdout).toMatch(/Greenroom pool +│ +128 │ +[\d,.]+ │ +\d+\.\d\d │/);
    expect(stdout).toMatch(/throughput of async .*≥ 0\.9 .*(missed|met|aim reached)/);
    expect(stdout).toContain('Noise (the reference, measured twice) of echo 100 B at 128');
    expect(written('RESULTS.md')).toContain('| Greenroom async | 128 |');
    expect(written('report.html')).toContain('Greenroom async');
  });

  it('ends at Ctrl-C, with all that it has started', async () => {
    const benchmark = new Benchmark(...small, '--seconds', '60', '--url', await amqpUrl());
    await expect.poll(() => benchmark.progress).toContain('by hand, 1 outstanding');
    const processes = benchmark.processes();
    if (process.platform === 'linux') expect(processes).toHaveLength(2);
    benchmark.interrupt();
    const { code, stderr } = await benchmark.ended;
    expect(stderr).toContain('interrupted by SIGINT');
    expect(code).toBe(130);
    expect(processes.filter(isRunning)).toEqual([]);
  });

  it.each([
    ['--qick', "Unknown option '--qick'"],
    ['--only=ecco', "--only 'ecco' matches none of 'echo 100 B'"],
    ['--only=(', '--only: Invalid regular expression'],
    ['--peers=rabbit', "--peers: there is no 'rabbit', only amqplib, "],
    ['--rounds=1.5', "--rounds must be a whole number from 1 to 20, not '1.5'"],
    ['--seconds=0', "--seconds must be a number from 0.1 to 60, not '0'"],
    ['--url=localhost', '--url must begin with amqp:// or rabbit://'],
  ])('refuses %s', async (option, reason) => {
    const { code, stderr } = await new Benchmark(option).ended;
    expect(stderr).toContain(`bench: ${reason}`);
    expect(code).toBe(2);
  });

  it('refuses to compare with what is no result, before it measures', async () => {
    const { code, stderr } = await new Benchmark(...small, '--compare', 'package.json').ended;
    expect(stderr).toContain('package.json is no result of a benchmark');
    expect(code).toBe(1);
  });

  it('says what can be chosen', async () => {
    const { code, stdout } = await new Benchmark('--help').ended;
    expect(stdout).toContain('--peers LIST      only these, separated by commas: amqplib, ');
    expect(code).toBe(0);
  });
});

function written(name: string): string {
  return readFileSync(path.join(out, name), 'utf8');
}
