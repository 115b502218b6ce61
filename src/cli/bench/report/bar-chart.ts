import { formatTick } from '../figures.ts';
import { type Markup, markup } from './markup.ts';
import { linearScale, linearTicks, type Scale } from './scales.ts';
import { shortenedTo, widest } from './text-width.ts';

/** Bars that belong together, under a heading. */
export interface BarGroup {
  readonly heading: string;
  readonly bars: readonly Bar[];
}

/** One bar: pieces end to end, and the range that the whole of it was in. */
export interface Bar {
  readonly label: string;
  readonly pieces: readonly BarPiece[];
  /** Draws a whisker, where they differ. */
  readonly range?: readonly [min: number, max: number];
  /** Stands behind the bar. */
  readonly text: string;
  /** Shown when one points at it. */
  readonly details: string;
}

/** A piece of a bar. */
export interface BarPiece {
  readonly value: number;
  /** Which colour it has, a class of the report's style. */
  readonly colour: string;
}

const width = 900;
const rowHeight = 22;
const barHeight = 14;
const headingHeight = 26;
const groupGap = 8;
const axisHeight = 30;
const labelLimit = 250;
const gap = 8;

/** Draws groups of horizontal bars on one axis that begins at 0. */
export function drawBars(title: string, groups: readonly BarGroup[]): Markup {
  const bars = groups.flatMap((group) => group.bars);
  const labelWidth = Math.min(labelLimit, widest(bars.map(({ label }) => label)));
  const left = labelWidth + gap;
  const right = widest(bars.filter(isDrawn).map(({ text }) => text)) + 2 * gap;
  const most = bars.map(extentOf).reduce((a, b) => Math.max(a, b), 0);
  const length = width - left - right;
  const scale = linearScale(most, length);
  const bottom = groups.reduce((top, group) => top + groupHeight(group), 0);
  const height = bottom + axisHeight;
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${drawAxis(scale, { most, left, bottom })}
${groups.map((group, index) => {
  const top = groups.slice(0, index).reduce((sum, before) => sum + groupHeight(before), 0);
  return drawGroup(group, { top, left, labelWidth, scale });
})}
</svg>`;
}

interface Axis {
  readonly most: number;
  readonly left: number;
  readonly bottom: number;
}

function drawAxis(scale: Scale, { most, left, bottom }: Axis): Markup {
  return markup`<g class="axis">${linearTicks(most, 6).map((tick) => {
    const x = round(left + scale(tick));
    return markup`<line x1="${x}" y1="0" x2="${x}" y2="${bottom}"/><text x="${x}" y="${bottom + 18}" class="middle">${formatTick(tick)}</text>`;
  })}</g>`;
}

interface GroupPlace {
  readonly top: number;
  readonly left: number;
  readonly labelWidth: number;
  readonly scale: Scale;
}

function drawGroup({ heading, bars }: BarGroup, place: GroupPlace): Markup {
  const { top, left, labelWidth, scale } = place;
  const first = top + (heading === '' ? 0 : headingHeight);
  return markup`<g>${
    heading === ''
      ? undefined
      : markup`<text x="0" y="${top + 18}" class="heading">${heading}</text>`
  }${bars.map((bar, index) => {
    const middle = first + index * rowHeight + rowHeight / 2;
    const label = shortenedTo(labelWidth, bar.label);
    return markup`<g><title>${bar.details}</title><text x="${labelWidth}" y="${middle + 4}" class="end">${label}</text>${drawBar(bar, { left, middle, scale })}</g>`;
  })}</g>`;
}

interface BarPlace {
  readonly left: number;
  readonly middle: number;
  readonly scale: Scale;
}

function drawBar(bar: Bar, { left, middle, scale }: BarPlace): Markup {
  let begin = 0;
  const pieces = bar.pieces.map(({ value, colour }) => {
    const x = round(left + scale(begin));
    begin += value;
    const y = middle - barHeight / 2;
    return markup`<rect x="${x}" y="${y}" width="${round(scale(value))}" height="${barHeight}" class="${colour}"/>`;
  });
  const textX = round(left + scale(extentOf(bar)) + (isDrawn(bar) ? gap : 0));
  const colour = isDrawn(bar) ? 'value' : 'note';
  return markup`${pieces}${drawWhisker(bar, { left, middle, scale })}<text x="${textX}" y="${middle + 4}" class="${colour}">${bar.text}</text>`;
}

function drawWhisker({ range }: Bar, { left, middle, scale }: BarPlace): Markup | undefined {
  if (range === undefined || range[0] === range[1]) return undefined;
  const from = round(left + scale(range[0]));
  const to = round(left + scale(range[1]));
  const [top, bottom] = [middle - 4, middle + 4];
  const path = `M${from} ${top}V${bottom}M${from} ${middle}H${to}M${to} ${top}V${bottom}`;
  // The first is its halo, so that it shows on a dark bar too.
  return markup`<path class="halo" d="${path}"/><path class="whisker" d="${path}"/>`;
}

function extentOf({ pieces, range }: Bar): number {
  const sum = pieces.reduce((total, { value }) => total + value, 0);
  return Math.max(sum, range?.[1] ?? 0);
}

/** What was skipped has a text and no bar. */
function isDrawn({ pieces }: Bar): boolean {
  return pieces.length > 0;
}

function groupHeight({ heading, bars }: BarGroup): number {
  return (heading === '' ? 0 : headingHeight) + bars.length * rowHeight + groupGap;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
