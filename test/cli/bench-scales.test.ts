import { describe, expect, it } from 'vitest';
import {
  linearScale,
  linearTicks,
  logDomain,
  logScale,
  logTicks,
  percentileScale,
} from '../../src/cli/bench/report/scales.ts';
import { shortenedTo, textWidth, widest } from '../../src/cli/bench/report/text-width.ts';

describe('linearTicks', () => {
  it.each([
    [100, 5, [0, 20, 40, 60, 80, 100]],
    [9_400, 6, [0, 2_000, 4_000, 6_000, 8_000]],
    [0.7, 4, [0, 0.2, 0.4, 0.6]],
    [3, 3, [0, 1, 2, 3]],
    [0, 5, [0]],
  ])('up to %d in %d steps are %j', (max, atMost, ticks) => {
    expect(linearTicks(max, atMost)).toEqual(ticks);
  });
});

describe('linearScale', () => {
  it('begins at 0 and ends at its length', () => {
    const scale = linearScale(50, 200);
    expect([0, 25, 50].map(scale)).toEqual([0, 100, 200]);
  });

  it('has no length when there is nothing', () => {
    expect(linearScale(0, 200)(0)).toBe(0);
  });
});

describe('logDomain', () => {
  it.each([
    [[3, 70], { low: 2, high: 100 }],
    [[0.45, 0.9], { low: 0.2, high: 1 }],
    [[10, 10], { low: 10, high: 20 }],
    [[0, 200], { low: 200, high: 500 }],
    [[], { low: 1, high: 10 }],
  ])('of %j is %j', (values, domain) => {
    expect(logDomain(values)).toEqual(domain);
  });
});

describe('logTicks', () => {
  it('are at 1, 2 and 5', () => {
    expect(logTicks({ low: 0.5, high: 20 }, 10)).toEqual([0.5, 1, 2, 5, 10, 20]);
  });

  it('are at powers of ten when there would be too many', () => {
    expect(logTicks({ low: 0.5, high: 2_000 }, 8)).toEqual([1, 10, 100, 1_000]);
  });
});

describe('logScale', () => {
  it('gives each factor the same room, and keeps inside', () => {
    const scale = logScale({ low: 1, high: 100 }, 200);
    expect([0, 1, 10, 100, 1_000].map((value) => Math.round(scale(value)))).toEqual([
      0, 0, 100, 200, 200,
    ]);
  });
});

describe('percentileScale', () => {
  it('gives each nine the same room, and an end to 100', () => {
    const scale = percentileScale(440);
    expect([0, 90, 99, 99.9, 99.99, 100].map((value) => Math.round(scale(value)))).toEqual([
      0, 100, 200, 300, 400, 440,
    ]);
  });

  it('never goes beyond what stands left of 100', () => {
    expect(Math.round(percentileScale(440)(99.999_999))).toBe(400);
  });
});

describe('shortenedTo', () => {
  it('leaves alone what is short enough', () => {
    expect(shortenedTo(textWidth('async'), 'async')).toBe('async');
  });

  it('cuts what is too wide, and says so', () => {
    const cut = shortenedTo(100, 'a subject with a very long name');
    expect(cut).toMatch(/^a subject.*…$/);
    expect(textWidth(cut)).toBeLessThanOrEqual(100);
  });

  it('finds the widest', () => {
    expect(widest(['a', 'abc', 'ab'])).toBe(textWidth('abc'));
    expect(widest([])).toBe(0);
  });
});
