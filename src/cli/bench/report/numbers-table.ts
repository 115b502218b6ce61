import { formatFigure } from '../figures.ts';
import { type Metric, metrics, spreadIn } from '../metrics.ts';
import type { BenchSeries } from '../result.ts';
import { type Markup, markup } from './markup.ts';

/** Writes all numbers of some series: medians, with the range of the rounds below. */
export function writeTable(series: readonly BenchSeries[]): Markup {
  const columns = Object.values(metrics).filter((metric) =>
    series.some((one) => spreadIn(one, metric) !== undefined),
  );
  return markup`<div class="table"><table>
<thead><tr><th>subject</th><th>outstanding</th><th>rounds</th>${columns.map(
    ({ title }) => markup`<th>${title}</th>`,
  )}</tr></thead>
<tbody>${series.map((one, index) => {
    const isNew = index > 0 && series[index - 1]?.outstanding !== one.outstanding;
    return writeRow(one, columns, isNew ? 'new' : '');
  })}</tbody>
</table></div>`;
}

function writeRow(series: BenchSeries, columns: readonly Metric[], look: string): Markup {
  const { subject, outstanding, rounds, skipped } = series;
  const cells =
    rounds.length === 0
      ? markup`<td class="skipped" colspan="${columns.length}">${skipped ?? 'not run'}</td>`
      : markup`${columns.map((metric) => writeCell(series, metric))}`;
  return markup`<tr class="${look}"><td>${subject}</td><td>${outstanding}</td><td>${rounds.length}</td>${cells}</tr>
`;
}

function writeCell(series: BenchSeries, metric: Metric): Markup {
  const spread = spreadIn(series, metric);
  if (spread === undefined) return markup`<td></td>`;
  const { median, min, max } = spread;
  const range =
    min === max ? undefined : markup`<small>${formatFigure(min)}–${formatFigure(max)}</small>`;
  return markup`<td>${formatFigure(median)}${range}</td>`;
}
