// What came of each combination, as a table that a note can quote, and the names behind its numbers.

/**
 * @typedef {object} Result
 * @property {string} rabbitmq A version or, of a combination that never ran, Debian's release.
 * @property {string} oslo
 * @property {string} node
 * @property {import('../summary-reporter.mjs').Summary} [summary]
 * @property {string} [reason] Why the combination never ran.
 * @property {number} seconds
 */

const head = ['RabbitMQ', 'oslo.messaging', 'Node', 'passed', 'failed', 'skipped', 'seconds'];

/**
 * @param {readonly Result[]} results
 * @returns {string}
 */
export function table(results) {
  const rows = results.map(({ rabbitmq, oslo, node, summary, seconds }) => {
    const counts = summary
      ? [summary.passed, summary.failures.length, summary.skipped.length]
      : ['not run', '', ''];
    return [rabbitmq, oslo, node, ...counts, seconds.toFixed(0)].map(String);
  });
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...rows].map(line).join('\n');
}

/**
 * What failed and what was skipped, by combination.
 *
 * @param {readonly Result[]} results
 * @returns {string}
 */
export function details(results) {
  return results
    .map((result) => {
      const { failures = [], skipped = [] } = result.summary ?? {};
      const lines = [
        ...(result.reason ? [`not run: ${result.reason}`] : []),
        ...failures.map((name) => `failed: ${name}`),
        ...skipped.map(({ test, reason }) => `skipped: ${test}: ${reason}`),
      ];
      const title = `RabbitMQ ${result.rabbitmq}, oslo.messaging ${result.oslo}, Node ${result.node}:`;
      return lines.length > 0 ? `\n${[title, ...lines].join('\n  ')}\n` : '';
    })
    .join('');
}

/** @param {Result} result */
export function hasFailed({ summary }) {
  return !summary || summary.failures.length > 0;
}
