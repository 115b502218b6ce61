import { describe, expect, it } from 'vitest';
import { compareResults, differences, regressions } from '../../src/cli/bench/comparison.ts';
import { drawComparisonTable } from '../../src/cli/bench/comparison-table.ts';
import { noiseNotes } from '../../src/cli/bench/noise-notes.ts';
import type { BenchRound } from '../../src/cli/bench/result.ts';
import { result, round, series } from './bench-results.ts';

type Rounds = readonly (number | Partial<BenchRound>)[];

/** The verdicts on a service that was measured twice, by figure. */
function verdicts(before: Rounds, now: Rounds): Record<string, string> {
  const comparisons = compareResults(
    result([series('async', before)]),
    result([series('async', now)]),
  );
  return Object.fromEntries(comparisons.map(({ metric, verdict }) => [metric.name, verdict]));
}

describe('compareResults', () => {
  it('takes ranges that overlap for the same', () => {
    expect(verdicts([90, 100, 110], [105, 120, 130])['throughput']).toBe('same');
  });

  it('knows that more calls are better and more milliseconds are worse', () => {
    const slower = { callsPerSecond: 50, p50Ms: 20, p99Ms: 30 };
    const fast = [round(), round(), round()];
    const slow = [round(slower), round(slower), round(slower)];
    expect(verdicts(fast, slow)).toMatchObject({ throughput: 'worse', p50: 'worse', p99: 'worse' });
    expect(verdicts(slow, fast)).toMatchObject({ throughput: 'better', p50: 'better' });
  });

  it('takes what differs by less than 3 % for the same', () => {
    expect(verdicts([100, 100, 100], [102, 102, 102])['throughput']).toBe('same');
  });

  it('sees errors where there were none', () => {
    const before = result([series('async', [100, 100])]);
    const now = result([series('async', [{ errors: 3 }, { errors: 4 }])]);
    const errors = compareResults(before, now).find(({ metric }) => metric.name === 'errors');
    expect(errors).toMatchObject({ verdict: 'worse', change: Number.POSITIVE_INFINITY });
  });

  it('leaves out what only one of them has, and what never holds still', () => {
    const more = { serverCpu: 'not a figure', pingP99Ms: 4 };
    const found = verdicts([100], [{ ...more, cpuPer10kCalls: { server: 2 } }]);
    expect(Object.keys(found)).toEqual(['throughput', 'p50', 'p99', 'errors']);
  });

  it('compares like with like only', () => {
    const before = result([series('async', [100]), series('pool', [100], { outstanding: 1 })]);
    const now = result([series('pool', [50], { outstanding: 16 })]);
    expect(compareResults(before, now)).toEqual([]);
  });
});

describe('regressions', () => {
  const before = result([series('async', [100, 101, 102]), series('pool', [100, 101, 102])]);
  const now = result([series('async', [90, 91, 92]), series('pool', [80, 81, 82])]);
  const all = compareResults(before, now);

  it('are what is worse by the share, or more', () => {
    expect(regressions(all, 0.15).map(({ subject }) => subject)).toEqual(['pool']);
    expect(regressions(all, 0.05).map(({ subject }) => subject)).toEqual(['async', 'pool']);
  });

  it('are none of what is better', () => {
    expect(regressions(compareResults(now, before), 0)).toEqual([]);
  });
});

describe('differences', () => {
  const one = result([series('async', [100, 100])]);

  it('are none between two runs of the same', () => {
    expect(differences(one, one)).toEqual([]);
  });

  it('name another machine, other settings, what is missing, and single rounds', () => {
    const before = result([series('async', [100]), series('pool', [100, 100])], {
      machine: { ...one.machine, cpu: 'Other CPU', cores: 8 },
      settings: { method: 'add', rounds: 1, format: 'json' },
    });
    expect(differences(before, one)).toEqual([
      'the machine was another: 8 × Other CPU',
      'rounds was 1',
      'format was json',
      'pool with 16 outstanding is missing now',
      'a single round shows no noise: what seems a change may be some',
    ]);
  });
});

describe('drawComparisonTable', () => {
  it('begins with what is worst, and leaves out what is the same', () => {
    const before = result([series('async', [100, 101]), series('pool', [100, 101])]);
    const slow = { callsPerSecond: 50, p50Ms: 30 };
    const now = result([series('async', [slow, slow]), series('pool', [200, 201])]);
    const rows = (drawComparisonTable(compareResults(before, now)) ?? '')
      .split('\n')
      .slice(3, -1)
      .map((row) =>
        row
          .split('│')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(rows).toEqual([
      ['worse', 'async', '16', 'p50 ms', '10', '30', '+200 %'],
      ['worse', 'async', '16', 'calls/s', '101 (100-101)', '50', '-50 %'],
      ['better', 'pool', '16', 'calls/s', '101 (100-101)', '201 (200-201)', '+100 %'],
    ]);
  });

  it('is none when nothing has changed', () => {
    const one = result([series('async', [100])]);
    expect(drawComparisonTable(compareResults(one, one))).toBeUndefined();
  });
});

describe('noiseNotes', () => {
  const quiet = { cpu: 'c', cores: 2, memoryMb: 1, os: 'o', loadBefore: 0.3 };

  it('are none of rounds that are alike, on a machine at rest', () => {
    expect(noiseNotes([series('async', [100, 110, 120])], quiet)).toEqual([]);
  });

  it('name what differs most, and other work', () => {
    const noisy = [series('async', [100, 140]), series('pool', [100, 250, 120])];
    expect(noiseNotes(noisy, { ...quiet, loadBefore: 1.5 })).toEqual([
      'the machine had other work when it began: load 1.5 on 2 cores',
      'rounds of the same differ by up to 2.5 × in throughput (pool with 16 outstanding): ' +
        'quieten the machine, or measure for longer',
    ]);
  });
});
