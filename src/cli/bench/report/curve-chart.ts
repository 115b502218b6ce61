import { formatTick } from '../figures.ts';
import type { CurvePoint } from './latency-curve.ts';
import { type Markup, markup } from './markup.ts';
import { logDomain, logScale, logTicks, percentileScale, type Scale } from './scales.ts';

/** A latency curve, and which colour it has. */
export interface Curve {
  readonly name: string;
  /** A class of the report's style. */
  readonly colour: string;
  readonly points: readonly CurvePoint[];
}

const width = 440;
const height = 270;
const left = 52;
const right = 26;
const top = 30;
const bottom = 28;
const plotWidth = width - left - right;
const plotHeight = height - top - bottom;
const shownPercentiles = [50, 90, 99, 99.9, 100];

/** Draws latency curves: up is slower, on a logarithmic axis; to the right are the slower calls. */
export function drawCurves(title: string, curves: readonly Curve[]): Markup {
  const domain = logDomain(curves.flatMap(({ points }) => points.map(([, ms]) => ms)));
  const height1 = logScale(domain, plotHeight);
  const yOf: Scale = (ms) => round(top + plotHeight - height1(ms));
  const fromLeft = percentileScale(plotWidth);
  const xOf: Scale = (percentile) => round(left + fromLeft(percentile));
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="latency, ${title}">
<text x="0" y="14" class="heading">${title}</text>
<g class="axis">${logTicks(domain, 10).map(
    (tick) =>
      markup`<line x1="${left}" y1="${yOf(tick)}" x2="${width - right}" y2="${yOf(tick)}"/><text x="${left - 8}" y="${yOf(tick) + 4}" class="end">${formatTick(tick)}</text>`,
  )}${shownPercentiles.map(
    (percentile) =>
      markup`<line x1="${xOf(percentile)}" y1="${top}" x2="${xOf(percentile)}" y2="${top + plotHeight}"/><text x="${xOf(percentile)}" y="${height - 8}" class="middle">${percentile} %</text>`,
  )}</g>
${curves.map(({ name, colour, points }) => {
  const path = points.map(([percentile, ms]) => `${xOf(percentile)},${yOf(ms)}`).join(' ');
  return markup`<polyline class="curve ${colour}" points="${path}"><title>${name}</title></polyline>`;
})}
</svg>`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
