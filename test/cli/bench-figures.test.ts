import { describe, expect, it } from 'vitest';
import {
  formatChange,
  formatFigure,
  formatRatio,
  formatTick,
} from '../../src/cli/bench/figures.ts';
import { latencyCurve } from '../../src/cli/bench/report/latency-curve.ts';
import { areApart, spreadOf } from '../../src/cli/bench/spread.ts';
import { round } from './bench-results.ts';

describe('formatFigure', () => {
  it.each([
    [12_345.6, '12,346'],
    [99.96, '100'],
    [85.04, '85.0'],
    [1.234, '1.23'],
    [0.052, '0.0520'],
    [7, '7'],
    [0, '0'],
  ])('writes %d as %s', (value, text) => {
    expect(formatFigure(value)).toBe(text);
  });
});

it('formatTick writes no digits that a round number has not', () => {
  expect([12_000, 0.5, 0].map(formatTick)).toEqual(['12,000', '0.5', '0']);
});

it('formatRatio writes two digits that count', () => {
  expect([formatRatio(193, 100), formatRatio(29, 100), formatRatio(2_612, 100)]).toEqual([
    '1.9',
    '0.29',
    '26',
  ]);
});

it('formatChange always has a sign', () => {
  expect([0.123, -0.031, 0].map(formatChange)).toEqual(['+12 %', '-3.1 %', '+0.0 %']);
});

describe('spreadOf', () => {
  it('has the middle one as its median, or what is between the two', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(spreadOf([5])).toEqual({ median: 5, min: 5, max: 5 });
  });

  it('is none of nothing', () => {
    expect(spreadOf([])).toBeUndefined();
  });
});

it('areApart holds for ranges with a gap between them only', () => {
  const at = (min: number, max: number) => ({ min, max, median: (min + max) / 2 });
  expect(areApart(at(1, 2), at(3, 4))).toBe(true);
  expect(areApart(at(3, 4), at(1, 2))).toBe(true);
  expect(areApart(at(1, 3), at(3, 4))).toBe(false);
  expect(areApart(at(1, 9), at(3, 4))).toBe(false);
});

describe('latencyCurve', () => {
  it('is the median of the rounds at each percentile', () => {
    const rounds = [1, 5, 3].map((ms) =>
      round({
        curve: [
          [50, ms],
          [100, ms * 2],
        ],
      }),
    );
    expect(latencyCurve(rounds)).toEqual([
      [50, 3],
      [100, 6],
    ]);
  });

  it('takes the percentiles that a round without a curve has', () => {
    expect(latencyCurve([round()])).toEqual([
      [50, 10],
      [90, 12],
      [99, 15],
      [100, 20],
    ]);
  });
});
