import { Table } from 'console-table-printer';
import { formatFigure } from './figures.ts';
import { type Metric, metrics, spreadIn } from './metrics.ts';
import type { BenchSeries } from './result.ts';

/** What fits on a terminal; the rest is in the report. */
const shown: readonly (readonly [title: string, metric: Metric])[] = [
  ['p50 ms', metrics.p50],
  ['p99 ms', metrics.p99],
  ['errors', metrics.errors],
  ['CPU s/10k', metrics.serverCpu],
  ['RSS MB', metrics.serverRss],
  ['ping p99', metrics.ping],
];

/** Draws the medians of the series as a table for a terminal, without colours. */
export function drawResultTable(series: readonly BenchSeries[]): string {
  const hasSubjects = new Set(series.map(({ subject }) => subject)).size > 1;
  const columns = shown.filter(([, metric]) =>
    series.some((one) => spreadIn(one, metric) !== undefined),
  );
  const table = new Table({
    columns: [
      { name: 'outstanding', alignment: 'right' },
      ...(hasSubjects ? [{ name: 'subject', title: 'executor', alignment: 'left' as const }] : []),
      { name: metrics.callsPerSecond.title, alignment: 'right' },
      { name: 'range', title: 'min-max', alignment: 'right' },
      ...columns.map(([name]) => ({ name, alignment: 'right' as const })),
    ],
    shouldDisableColors: true,
  });
  for (const one of series) {
    const { outstanding, subject } = one;
    table.addRow({
      outstanding,
      // A column that is not announced would be added all the same.
      ...(hasSubjects && { subject }),
      ...throughputCells(one),
      ...Object.fromEntries(columns.map(([title, metric]) => [title, cell(one, metric)])),
    });
  }
  return table.render();
}

function throughputCells(series: BenchSeries): Record<string, string> {
  const { callsPerSecond } = metrics;
  const spread = spreadIn(series, callsPerSecond);
  if (spread === undefined) return { [callsPerSecond.title]: '', range: '' };
  const { median, min, max } = spread;
  return {
    [callsPerSecond.title]: formatFigure(median),
    range: min === max ? '' : `${formatFigure(min)}-${formatFigure(max)}`,
  };
}

function cell(series: BenchSeries, metric: Metric): string {
  const spread = spreadIn(series, metric);
  return spread === undefined ? '' : formatFigure(spread.median);
}
