import { formatFigure } from '../../dist/cli/bench/figures.js';
import { tableRows } from './table.mjs';

/**
 * Writes a result as a page of Markdown, with every number that was measured.
 *
 * @param {object} content
 * @param {import('../../dist/cli/bench/result.js').BenchResult} content.result
 * @param {readonly import('../plan.mjs').PlannedMeasure[]} content.plan
 * @param {import('./findings.mjs').Findings} content.findings
 * @param {readonly Record<string, string>[]} content.figures Rows of the table of figures.
 * @returns {string}
 */
export function resultsPage({ result, plan, findings, figures }) {
  const { notes = [] } = result;
  return `${[
    '# Results',
    `Written by \`npm run bench\`; [what is measured, and how](README.md). Begun ${result.startedAt}.`,
    list(header(result)),
    'Medians of all rounds, with the least and the most. × is the throughput as a multiple of amqplib by hand; ' +
      'CPU is in seconds for 10,000 calls.',
    ...(figures.length > 0 ? ['## Figures', markdownTable(figures)] : []),
    ...(notes.length > 0 ? [list(notes)] : []),
    ...plan.flatMap(({ measure }) => section(measure, result, findings)),
  ].join('\n\n')}\n`;
}

/** The machine, the versions and the settings, a line each. */
export function header({ machine, versions, settings }) {
  const { cpu, cores, memoryMb, os, loadBefore } = machine;
  const pairs = (record) =>
    Object.entries(record)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return [
    `machine: ${cpu}, ${cores} cores, ${memoryMb} MB, ${os}; load before: ${loadBefore.toFixed(2)}`,
    `versions: ${pairs(versions)}`,
    `settings: ${pairs(settings)}`,
  ];
}

function section({ name, about }, { series }, findings) {
  const own = series.filter(({ measure }) => measure === name);
  const skipped = own.filter((one) => one.skipped !== undefined);
  return [
    `## ${name}`,
    `${about[0].toUpperCase()}${about.slice(1)}.`,
    markdownTable(tableRows(own, findings, { format: withRange })),
    list([...new Set(skipped.map((one) => `${one.subject}: ${one.skipped}`))]),
  ].filter(Boolean);
}

function withRange({ median, min, max }) {
  const [shown, ...range] = [median, min, max].map(formatFigure);
  return min === max ? shown : `${shown} (${range.join('–')})`;
}

function markdownTable(rows) {
  const names = Object.keys(rows[0] ?? {});
  if (names.length === 0) return '';
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(names),
    line(names.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(names.map((name) => row[name]))),
  ].join('\n');
}

function list(items) {
  return items.map((item) => `- ${item}`).join('\n');
}
