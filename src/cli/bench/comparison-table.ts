import { Table } from 'console-table-printer';
import type { Comparison } from './comparison.ts';
import { formatChange, formatFigure } from './figures.ts';
import type { Spread } from './spread.ts';

/** Draws what has changed as a table for a terminal, the worst first; nothing if nothing has. */
export function drawComparisonTable(comparisons: readonly Comparison[]): string | undefined {
  const changed = comparisons.filter(({ verdict }) => verdict !== 'same');
  if (changed.length === 0) return undefined;
  const table = new Table({
    columns: [
      { name: 'verdict', title: '', alignment: 'left' },
      { name: 'subject', title: 'of', alignment: 'left' },
      { name: 'outstanding', alignment: 'right' },
      { name: 'figure', alignment: 'left' },
      { name: 'before', alignment: 'right' },
      { name: 'now', alignment: 'right' },
      { name: 'change', alignment: 'right' },
    ],
    shouldDisableColors: true,
  });
  for (const { verdict, subject, outstanding, metric, before, now, change } of sorted(changed)) {
    table.addRow({
      verdict,
      subject,
      outstanding,
      figure: metric.title,
      before: range(before),
      now: range(now),
      change: Number.isFinite(change) ? formatChange(change) : 'new',
    });
  }
  return table.render();
}

function sorted(comparisons: readonly Comparison[]): Comparison[] {
  const size = ({ change }: Comparison): number => Math.min(Math.abs(change), Number.MAX_VALUE);
  const bySize = comparisons.toSorted((a, b) => size(b) - size(a));
  return [
    ...bySize.filter(({ verdict }) => verdict === 'worse'),
    ...bySize.filter(({ verdict }) => verdict !== 'worse'),
  ];
}

function range({ median, min, max }: Spread): string {
  if (min === max) return formatFigure(median);
  return `${formatFigure(median)} (${formatFigure(min)}-${formatFigure(max)})`;
}
