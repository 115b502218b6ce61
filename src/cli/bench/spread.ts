/** A figure over all rounds in which it was taken. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The {@link Spread} of some figures; undefined when there are none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const min = sorted[0];
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) return undefined;
  const middle = sorted.length / 2;
  // The same one twice when their number is odd.
  const low = sorted[Math.ceil(middle) - 1] ?? min;
  const high = sorted[Math.floor(middle)] ?? max;
  return { median: (low + high) / 2, min, max };
}

/** Whether a figure can be told from another: whether their ranges leave a gap. */
export function areApart(a: Spread, b: Spread): boolean {
  return a.max < b.min || b.max < a.min;
}
