/** Maps a value to a place on an axis, in pixels from its beginning. */
export type Scale = (value: number) => number;

/** A scale from 0 to `max`, at `length` pixels. */
export function linearScale(max: number, length: number): Scale {
  return (value) => (max > 0 ? (value / max) * length : 0);
}

/** Round values from 0 to at most `max`, in steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(max: number, atMost: number): number[] {
  if (max <= 0) return [0];
  const step = niceStep(max / atMost);
  const count = Math.floor(max / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** From where to where a logarithmic axis goes. */
export interface LogDomain {
  readonly low: number;
  readonly high: number;
}

/** The smallest domain with ends at 1, 2 or 5 times a power of ten that holds all positive values. */
export function logDomain(values: readonly number[]): LogDomain {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return { low: 1, high: 10 };
  const low = roundDown(positive.reduce((a, b) => Math.min(a, b)));
  const high = niceStep(positive.reduce((a, b) => Math.max(a, b)));
  // A lone value would have no axis to stand on.
  return low < high ? { low, high } : { low, high: niceStep(high * 1.01) };
}

/** A logarithmic scale; what lies outside of the domain is put at its end. */
export function logScale({ low, high }: LogDomain, length: number): Scale {
  const range = Math.log(high / low);
  return (value) => {
    const inside = Math.min(high, Math.max(low, value));
    return (Math.log(inside / low) / range) * length;
  };
}

/** Ticks at 1, 2 and 5 times each power of ten; at the powers alone when that would be too many. */
export function logTicks({ low, high }: LogDomain, atMost: number): number[] {
  const all: number[] = [];
  for (let tick = low; tick <= high * 1.001; tick = niceStep(tick * 1.01)) all.push(tick);
  if (all.length <= atMost) return all;
  return all.filter((tick) => tick.toExponential().startsWith('1e'));
}

/** Where 99.99 stands, and the end of the axis: 100 would be infinitely far away. */
const nines = { last: 4, end: 4.4 };

/**
 * The place of a percentile on an axis on which each further nine takes as much room as the one before:
 * 90, 99, 99.9 and 99.99 at even distances, and 100 at the end.
 */
export function percentileScale(length: number): Scale {
  return (percentile) => {
    if (percentile >= 100) return length;
    const found = Math.log10(1 / (1 - percentile / 100));
    return (Math.min(found, nines.last) / nines.end) * length;
  };
}

function niceStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast) + 1e-9);
  const factor = [1, 2, 5].find((candidate) => candidate * power >= atLeast * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(12));
}

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const factor = [5, 2].find((candidate) => candidate * power <= value * (1 + 1e-9)) ?? 1;
  return Number((factor * power).toPrecision(12));
}
