import { describe, expect, it } from 'vitest';
import { concludeBench } from '../../src/cli/bench/conclusion.ts';
import type { BenchSeries } from '../../src/cli/bench/result.ts';
import { series } from './bench-results.ts';

interface Figures {
  readonly throughput: number;
  readonly ping?: number;
  readonly cpu?: number;
  readonly p50?: number;
  readonly errors?: number;
}

/** Three rounds that differ by a hundredth. */
function measured(subject: string, figures: Figures, outstanding = 16): BenchSeries {
  const { throughput, ping, cpu, p50 = 10, errors = 0 } = figures;
  const rounds = [0.99, 1, 1.01].map((factor) => ({
    callsPerSecond: throughput * factor,
    p50Ms: p50 * factor,
    errors,
    ...(ping !== undefined && { pingP99Ms: ping * factor }),
    ...(cpu !== undefined && { cpuPer10kCalls: { server: cpu * factor } }),
  }));
  return series(subject, rounds, { outstanding });
}

describe('concludeBench', () => {
  it('takes the one that does more and stays responsive', () => {
    const said = concludeBench([
      measured('blocking', { throughput: 29, ping: 260 }),
      measured('async', { throughput: 30, ping: 254 }),
      measured('pool', { throughput: 57.6, ping: 5.9 }),
    ]);
    expect(said).toBe(
      'With 16 outstanding pool suits: 1.9 × the throughput of async (57.6 against 30 calls/s); ' +
        '99 of 100 pings beside it were answered within 5.90 ms instead of 254.',
    );
  });

  it('takes the faster one where both stay responsive', () => {
    const said = concludeBench([
      measured('async', { throughput: 4_000, ping: 8, cpu: 2 }),
      measured('pool', { throughput: 2_000, ping: 6, cpu: 4 }),
    ]);
    expect(said).toMatch(/async suits: 2 × the throughput of pool .* within 8 ms \(6 there\)/);
    expect(said).toMatch(/; 0\.5 × its server CPU per call\.$/);
  });

  it('takes the responsive one even where it does less', () => {
    const said = concludeBench([
      measured('async', { throughput: 100, ping: 900 }),
      measured('pool', { throughput: 80, ping: 9 }),
    ]);
    expect(said).toMatch(
      /pool suits: 0\.8 × the throughput of async .* within 9 ms instead of 900\.$/,
    );
  });

  it('takes the least unresponsive one where none is responsive', () => {
    const said = concludeBench([
      measured('blocking', { throughput: 120, ping: 900 }),
      measured('pool', { throughput: 100, ping: 150 }),
    ]);
    expect(said).toMatch(/pool suits: 0\.83 × the throughput of blocking .* 150 ms instead of 900/);
  });

  it('says so when the difference is within the spread of the rounds', () => {
    const said = concludeBench([
      series('async', [{ callsPerSecond: 50 }, { callsPerSecond: 100 }]),
      series('pool', [{ callsPerSecond: 90 }, { callsPerSecond: 110 }]),
    ]);
    expect(said).toMatch(
      /pool suits: 1\.3 × the throughput of async, which may be noise \(100 against/,
    );
  });

  it('takes the cheaper one where throughput is no difference', () => {
    const said = concludeBench([
      measured('process', { throughput: 100, ping: 9, cpu: 6 }),
      measured('pool', { throughput: 101, ping: 9, cpu: 4 }),
      measured('async', { throughput: 100.5, ping: 9, cpu: 3 }),
    ]);
    expect(said).toMatch(/async suits: about as many calls as pool \(101 against 101 calls\/s\)/);
  });

  it('takes none whose calls failed, if there is another', () => {
    const said = concludeBench([
      measured('async', { throughput: 200, errors: 2 }),
      measured('pool', { throughput: 100 }),
    ]);
    expect(said).toMatch(/pool suits: .*; 6 calls failed under async\.$/);
  });

  it('takes none that did not last, if there is another', () => {
    const { rounds, ...rest } = measured('async', { throughput: 200 });
    const said = concludeBench([
      { ...rest, rounds: rounds.slice(0, 1) },
      measured('pool', { throughput: 100 }),
    ]);
    expect(said).toMatch(/pool suits: .*; async did not last\.$/);
  });

  it('is held against one that differs, and names those that do not', () => {
    const said = concludeBench([
      measured('async', { throughput: 26, ping: 436 }),
      measured('pool', { throughput: 28.8, ping: 45 }),
      measured('process', { throughput: 28.7, ping: 45.1 }),
    ]);
    expect(said).toBe(
      'With 16 outstanding pool suits: 1.1 × the throughput of async (28.8 against 26 calls/s); ' +
        '99 of 100 pings beside it were answered within 45 ms instead of 436. ' +
        "There pool and process can't be told apart.",
    );
  });

  it('goes by the highest load, and tells who answers a lone call sooner', () => {
    const said = concludeBench([
      measured('async', { throughput: 500, p50: 1 }, 1),
      measured('pool', { throughput: 400, p50: 1.5 }, 1),
      measured('async', { throughput: 30 }, 128),
      measured('pool', { throughput: 60 }, 128),
    ]);
    expect(said).toMatch(/^With 128 outstanding pool suits: 2 × the throughput of async/);
    expect(said).toMatch(
      / A lone call is answered sooner under async: in 1 ms instead of 1\.50 \(median\)\.$/,
    );
  });

  it('says nothing where there are not two', () => {
    expect(concludeBench([measured('async', { throughput: 1 })])).toBeUndefined();
    const skipped = series('pool', [], { skipped: 'it did not start' });
    expect(concludeBench([measured('async', { throughput: 1 }), skipped])).toBeUndefined();
    expect(concludeBench([])).toBeUndefined();
  });
});
