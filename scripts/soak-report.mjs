// What a run of the fault suite reports: docs/reliability.md.
import os from 'node:os';

/**
 * @typedef {object} Row What test/support/fault-report.ts writes.
 * @property {string} fault
 * @property {string} promise
 * @property {Record<string, number>} counts
 * @property {Record<string, number>} [worstMs]
 * @property {string} test
 * @property {string} file
 * @property {boolean} isWhole Whether it was run at its full counts.
 * @property {string} at
 * @property {string} [node] Node's version.
 * @property {string} [rabbitmq] The broker's.
 */

/**
 * The report, in Markdown.
 *
 * @param {Row[]} rows Of each test, fault and broker, the last one counts.
 * @returns {string}
 */
export function reliabilityReport(rows) {
  const latest = new Map(
    rows.map((row) => [`${row.rabbitmq} ${row.test} ${row.fault.replace(/[\d,.]+/g, '')}`, row]),
  );
  const sorted = [...latest.values()].sort(
    (one, other) =>
      placeOf(one) - placeOf(other) ||
      one.fault.localeCompare(other.fault) ||
      String(one.rabbitmq).localeCompare(String(other.rabbitmq)),
  );
  return `# Reliability: the last run of the fault suite

Written by \`npm run test:soak\`, of what it saw; do not edit. Each row is a test that fails when its promise
is broken; times are the worst that were seen, not averages. Whole rows are held to the times that are
promised, reduced ones only by bounds that tell a hang. The numbers of rows are those of the fault
matrix that the suite was made from. The machine had ${os.cpus().length} cores.

| fault | promise | counts | worst times | scale | run with | test |
| --- | --- | --- | --- | --- | --- | --- |
${sorted.map(line).join('\n')}

"Confirmed" are those whose sender was told that all is well, "failed" those that were given an error, "open"
those that were told nothing; "lost" were confirmed and never executed; "failed but done" were executed
although their sender was given an error: it says that the outcome is unknown. "Duplicates" are executions
beyond the first. "Restarted" are nodes that did not come back by themselves when their host could be reached
again, for a fault of RabbitMQ's. The heap that row 47 says has grown is the test's own, which remembers every id.

Row 20 is about RabbitMQ before 4.3, which has that timeout for quorum queues only, and cancels the consumer then.
Rows 22 and 23 are 21 and 4 as the caller sees them; 27, 44 and 46 are held by tests that count nothing
(\`test/driver/blocked-broker.test.ts\`, \`tls.test.ts\`, \`test/interop/topology.test.ts\`): see
[guarantees](guarantees.md). Any other row that the table lacks was not run that time, or has not
held: those that are known are named there. Rows 11 to 15 take a whole run, and 11 to 14 with hosts cut off a machine
where network namespaces can be made (Linux, root, \`ip\`); row 17 takes one where a file system can be
mounted. \`GREENROOM_TEST_RABBITMQ\` names another broker than the machine's, such as a 4.3. "Reduced" rows
were run with the counts that every change is tested with, not at the counts of the matrix.
`;
}

/** @param {Row} row */
function line({ fault, promise, counts, worstMs = {}, isWhole, file, at, node, rabbitmq }) {
  const cells = [
    fault,
    promise,
    numbers(counts, ''),
    numbers(worstMs, ' ms'),
    isWhole ? 'whole' : 'reduced',
    `Node ${node ?? '?'}, RabbitMQ ${rabbitmq ?? '?'}, ${at.slice(0, 10)}`,
    `\`${file}\``,
  ];
  return `| ${cells.join(' | ')} |`;
}

/**
 * @param {Record<string, number>} named
 * @param {string} unit
 */
function numbers(named, unit) {
  return Object.entries(named)
    .map(([name, number]) => `${words(name)} ${number.toLocaleString('en')}${unit}`)
    .join(', ');
}

/** @param {string} name What may be the name of a field. */
function words(name) {
  return name.replace(/(?<=[a-z])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

/**
 * The number that a row begins with.
 *
 * @param {Row} row
 */
function placeOf({ fault }) {
  return Number.parseInt(fault, 10);
}
