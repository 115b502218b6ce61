import { Table } from 'console-table-printer';
import { formatFigure } from '../../dist/cli/bench/figures.js';
import { metrics, spreadIn } from '../../dist/cli/bench/metrics.js';

/** What fits on a terminal; the rest is in the written results. */
const shownTitles = {
  callsPerSecond: 'calls/s',
  p50: 'p50 ms',
  p99: 'p99 ms',
  max: 'max ms',
  serverCpu: 'server CPU',
  clientCpu: 'client',
  brokerCpu: 'broker',
  serverRss: 'server MB',
  clientRss: 'client MB',
  serverStall: 'stall ms',
  ping: 'ping p99 ms',
  bytesPerCall: 'bytes/call',
};

const allTitles = Object.fromEntries(
  Object.entries(metrics)
    .filter(([name]) => name !== 'errors') // The first ends a run.
    .map(([name, { title }]) => [name, title]),
);

/**
 * Draws the series of one measure, a row for each, without colours so that it can be piped anywhere.
 *
 * @param {readonly import('../../dist/cli/bench/result.js').BenchSeries[]} series
 * @param {import('./findings.mjs').Findings} findings
 * @returns {string}
 */
export function formatTable(series, findings) {
  const median = (spread) => formatFigure(spread.median);
  return rendered(tableRows(series, findings, { titles: shownTitles, format: median }));
}

/**
 * The rows of a table, as text: figures that nobody has are left out.
 *
 * @param {readonly import('../../dist/cli/bench/result.js').BenchSeries[]} series
 * @param {import('./findings.mjs').Findings} findings
 * @param {object} [options]
 * @param {Readonly<Record<string, string>>} [options.titles] Of those that are wanted, by name.
 * @param {(spread: import('../../dist/cli/bench/spread.js').Spread) => string} options.format
 * @returns {Record<string, string>[]} By the titles of the columns.
 */
export function tableRows(series, findings, { titles = allTitles, format }) {
  const measured = series.filter(({ rounds }) => rounds.length > 0);
  const present = Object.keys(titles).filter((name) =>
    measured.some((one) => spreadIn(one, metrics[name])),
  );
  return measured.map((one) => {
    const row = { subject: one.subject, 'at once': one.outstanding.toLocaleString('en-US') };
    for (const name of present) {
      const spread = spreadIn(one, metrics[name]);
      row[titles[name]] = spread === undefined ? '' : format(spread);
      // Next to what it is the ratio of, where it is looked for.
      if (name === 'callsPerSecond') row['×'] = findings.ratio(one, name)?.toFixed(2) ?? '';
    }
    return row;
  });
}

/** @param {readonly Record<string, string>[]} rows The first column is text, the others are figures. */
export function rendered(rows) {
  const names = Object.keys(rows[0] ?? {});
  const table = new Table({
    columns: names.map((name, index) => ({ name, alignment: index === 0 ? 'left' : 'right' })),
    shouldDisableColors: true,
  });
  table.addRows(rows);
  return table.render();
}
