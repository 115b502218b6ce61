import { expect, test } from 'vitest';
import { clientTimeoutMs, keepAliveIntervalMs } from '../../src/wire/keep-alive.ts';

test.each<[unknown, number | undefined, number | undefined]>([
  [10, 10_000, 5_000],
  [2, 2_000, 1_000],
  [1, 1_000, 500],
  [1.9, 1_000, 500],
  ['7', 7_000, 3_500],
  [10 ** 9, 86_400_000, 43_200_000],
  [0, undefined, undefined],
  [-1, undefined, undefined],
  ['soon', undefined, undefined],
  [null, undefined, undefined],
  [undefined, undefined, undefined],
  [[10], undefined, undefined],
])(
  'a `_timeout` of %j lets the server be silent for %j ms, and asks for news every %j',
  (timeout, silent, interval) => {
    expect(clientTimeoutMs(timeout)).toBe(silent);
    expect(keepAliveIntervalMs(timeout)).toBe(interval);
  },
);
