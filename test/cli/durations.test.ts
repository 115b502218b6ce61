import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/cli/durations.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['2s', 2_000],
    ['2 s', 2_000],
    ['.5s', 500],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    ['24d', 2_073_600_000],
  ])('reads %s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '5', '5.', 's', '0s', '-2s', '2 parsecs', '1e3ms', '25d', 'NaNs', '5s5', '2s 1s'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('formatDuration', () => {
  it.each([
    [0.8512, '0.85 ms'],
    [9.96, '10 ms'],
    [180.4, '180 ms'],
    [1_340, '1.3 s'],
    [30_000, '30 s'],
  ])('writes %d ms as %s', (durationMs, expected) => {
    expect(formatDuration(durationMs)).toBe(expected);
  });
});
