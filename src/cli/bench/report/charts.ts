import { formatFigure } from '../figures.ts';
import { type Metric, metrics, spreadIn } from '../metrics.ts';
import type { BenchSeries } from '../result.ts';
import { type Bar, type BarGroup, type BarPiece, drawBars } from './bar-chart.ts';
import { drawCurves } from './curve-chart.ts';
import { latencyCurve } from './latency-curve.ts';
import { type Markup, markup } from './markup.ts';
import type { SubjectColours } from './subject-colours.ts';

/** Bars of one figure, grouped by how many calls were outstanding; nothing if nobody has that figure. */
export function chartFigure(
  title: string,
  metric: Metric,
  series: readonly BenchSeries[],
  colours: SubjectColours,
): Markup | undefined {
  if (!hasFigure(series, metric)) return undefined;
  const groups = grouped(series, (one) => {
    const spread = spreadIn(one, metric);
    if (spread === undefined) return skippedBar(one);
    const { median, min, max } = spread;
    const rounds = `${one.rounds.length} ${one.rounds.length === 1 ? 'round' : 'rounds'}`;
    return {
      label: one.subject,
      pieces: [{ value: median, colour: colours.get(one.subject) ?? 'c0' }],
      range: [min, max],
      text: formatFigure(median),
      details: `${one.subject}: ${formatFigure(median)} ${metric.unit}, ${formatFigure(min)} to ${formatFigure(max)} in ${rounds}`,
    };
  });
  const unit = `${metric.unit}; median, and the range of the rounds`;
  return markup`<figure>${chartHeading(title, unit)}${drawBars(title, groups)}</figure>`;
}

/** The latency curves, a chart for each number of outstanding calls. */
export function chartLatency(
  series: readonly BenchSeries[],
  colours: SubjectColours,
): Markup | undefined {
  const measured = series.filter(({ rounds }) => rounds.length > 0);
  if (measured.length === 0) return undefined;
  const charts = outstandingOf(measured).map((outstanding) =>
    drawCurves(
      outstandingHeading(outstanding),
      measured
        .filter((one) => one.outstanding === outstanding)
        .map(({ subject, rounds }) => ({
          name: subject,
          colour: colours.get(subject) ?? 'c0',
          points: latencyCurve(rounds),
        })),
    ),
  );
  const unit = 'ms, by percentile: 99 % of the calls took no longer than the curve at 99';
  return markup`<figure>${chartHeading('Latency', unit)}<div class="curves">${charts}</div></figure>`;
}

const cpuRoles = [
  { role: 'server', metric: metrics.serverCpu },
  { role: 'client', metric: metrics.clientCpu },
  { role: 'broker', metric: metrics.brokerCpu },
] as const;

/** Bars of the CPU time of 10,000 calls, with a piece for each process; nothing if it was not measured. */
export function chartCpu(series: readonly BenchSeries[]): Markup | undefined {
  const roles = cpuRoles.filter(({ metric }) => hasFigure(series, metric));
  if (roles.length === 0) return undefined;
  const groups = grouped(series, (one) => {
    const parts = roles.flatMap(({ role, metric }) => {
      const value = spreadIn(one, metric)?.median;
      return value === undefined ? [] : [{ role, value }];
    });
    if (parts.length === 0) return skippedBar(one);
    const pieces = parts.map(({ role, value }): BarPiece => ({ value, colour: role }));
    const text = parts.map(({ value }) => formatFigure(value)).join(' + ');
    const details = parts.map(({ role, value }) => `${role} ${formatFigure(value)} s`).join(', ');
    return { label: one.subject, pieces, text, details: `${one.subject}: ${details}` };
  });
  const legend = roles.map(
    ({ role }) =>
      markup`<li><svg viewBox="0 0 26 12"><rect width="26" height="12" class="${role}"/></svg>${role}</li>`,
  );
  const title = 'CPU time of 10,000 calls';
  return markup`<figure>${chartHeading(title, 'seconds; medians')}<ul class="legend">${legend}</ul>${drawBars(title, groups)}</figure>`;
}

function chartHeading(title: string, unit: string): Markup {
  return markup`<h3>${title} <small>${unit}</small></h3>`;
}

function hasFigure(series: readonly BenchSeries[], metric: Metric): boolean {
  return series.some((one) => (spreadIn(one, metric)?.max ?? 0) > 0);
}

function grouped(series: readonly BenchSeries[], barOf: (one: BenchSeries) => Bar): BarGroup[] {
  return outstandingOf(series).map((outstanding) => ({
    heading: outstandingHeading(outstanding),
    bars: series.filter((one) => one.outstanding === outstanding).map(barOf),
  }));
}

function skippedBar({ subject, skipped }: BenchSeries): Bar {
  const text = skipped === undefined ? 'not measured' : `skipped: ${skipped}`;
  return { label: subject, pieces: [], text: text.length > 90 ? 'skipped' : text, details: text };
}

function outstandingOf(series: readonly BenchSeries[]): number[] {
  return [...new Set(series.map(({ outstanding }) => outstanding))].toSorted((a, b) => a - b);
}

function outstandingHeading(outstanding: number): string {
  return `${formatFigure(outstanding)} outstanding`;
}
