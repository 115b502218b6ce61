/** Writes a figure with three digits that count, and all of those before the point: `12,345`, `85.0`, `0.0520`. */
export function formatFigure(value: number): string {
  if (Math.abs(value) >= 99.95) return Math.round(value).toLocaleString('en-US');
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

/** Writes a round number as it stands at an axis: `12,000`, `0.5`. */
export function formatTick(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** Writes how many times as much one is as the other, with two digits that count: `1.9`, `0.35`. */
export function formatRatio(one: number, other: number): string {
  return formatTick(Number((one / other).toPrecision(2)));
}

/** Writes a share as a percentage with its sign: `+12 %`, `-3.1 %`. */
export function formatChange(share: number): string {
  const percent = share * 100;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  return `${percent < 0 ? '' : '+'}${percent.toFixed(digits)} %`;
}
