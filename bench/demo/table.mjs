import { Table } from 'console-table-printer';

const columns = [
  { name: 'executor', alignment: 'left' },
  { name: 'calls', title: 'calls' },
  { name: 'callsPerSecond', title: 'calls/s' },
  { name: 'p50Ms', title: 'p50 ms' },
  { name: 'p99Ms', title: 'p99 ms' },
  { name: 'pingP99Ms', title: 'ping p99 ms' },
  { name: 'stallMs', title: 'longest stall ms' },
];

/**
 * Draws a row per executor, without colours so that it can be piped anywhere.
 *
 * @param {readonly Record<string, string | number>[]} rows
 * @returns {string}
 */
export function formatTable(rows) {
  const table = new Table({
    columns: columns.map((column) => ({ alignment: 'right', ...column })),
    shouldDisableColors: true,
  });
  for (const row of rows) {
    const cells = Object.entries(row).map(([name, value]) => [name, formatCell(name, value)]);
    table.addRow(Object.fromEntries(cells));
  }
  return table.render();
}

function formatCell(name, value) {
  return typeof value === 'string' || name === 'calls' ? String(value) : value.toFixed(1);
}
