import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * What a process, its threads and its children have used so far.
 *
 * @typedef {object} ProcessUsage
 * @property {number} cpuSeconds
 * @property {number} rssMb Resident memory now.
 */

/**
 * Reads it from `/proc`, as `ps` does.
 *
 * @param {number | undefined} pid
 * @returns {ProcessUsage | undefined} Nothing where there is no `/proc`, or no such process.
 */
export function processUsage(pid) {
  if (pid === undefined) return undefined;
  try {
    const all = [pid, ...descendants(pid)].map(usageOf);
    return {
      cpuSeconds: sum(all.map(({ ticks }) => ticks)) / ticksPerSecond(),
      rssMb: sum(all.map(({ rssKb }) => rssKb)) / 1_024,
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** @param {number} pid */
function usageOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the program's name in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime, stime, and those of children that have ended: fields 14 to 17.
  const ticks = sum(fields.slice(11, 15).map(Number));
  const [, rssKb = 0] =
    /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return { ticks, rssKb: Number(rssKb) };
}

/**
 * @param {number} pid
 * @returns {number[]}
 */
function descendants(pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) => childrenOf(pid, thread));
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function childrenOf(pid, thread) {
  try {
    const list = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim();
    return list === '' ? [] : list.split(' ').map(Number);
  } catch (error) {
    if (isGone(error)) return []; // A thread that has ended meanwhile has none.
    throw error;
  }
}

function isGone({ code }) {
  return code === 'ENOENT' || code === 'ESRCH';
}

let ticks;

/** The unit of times in `/proc`; 100 on every Linux that is known. */
function ticksPerSecond() {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return ticks;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
