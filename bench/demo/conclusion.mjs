/**
 * Says in one sentence what the rows show of `pool` next to `async`, whichever way it comes out.
 *
 * @param {readonly { executor: string, callsPerSecond: number, pingP99Ms: number, stallMs: number }[]} rows
 * @param {number} threads
 * @returns {string}
 */
export function conclusion(rows, threads) {
  const pool = rows.find(({ executor }) => executor === 'pool');
  const async = rows.find(({ executor }) => executor === 'async');
  const ratio = pool.callsPerSecond / async.callsPerSecond;
  return (
    `On ${threads} ${threads === 1 ? 'thread' : 'threads'}, pool answered ${ratio.toFixed(1)} times as ` +
    `many calls as async in the same time and 99 of 100 pings within ${ms(pool.pingP99Ms)} ` +
    `(async: ${ms(async.pingP99Ms)}), and its runtime's event loop stood still for ` +
    `${ms(pool.stallMs)} at most (async: ${ms(async.stallMs)}).`
  );
}

function ms(value) {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
