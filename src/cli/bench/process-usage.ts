import { readdir, readFile } from 'node:fs/promises';

/** What a process and its children have used. */
export interface ProcessUsage {
  /** CPU seconds since it began, in user and system mode, children that have ended included. */
  readonly cpuSeconds: number;
  /** Resident memory of all of them now. */
  readonly rssMb: number;
}

/** `/proc` counts in this unit on every Linux, whatever the kernel's own tick is. */
const ticksPerSecond = 100;

/** Asks `/proc` for the usage of a process with all its descendants; undefined where there is none. */
export async function processUsage(pid: number): Promise<ProcessUsage | undefined> {
  const processes = await readProcesses();
  const root = processes.get(pid);
  if (root === undefined) return undefined;
  const family = familyOf(root, [...processes.values()]);
  const sizes = await Promise.all(family.map((member) => residentMb(member.pid)));
  return {
    cpuSeconds: family.reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond,
    rssMb: sizes.reduce((sum, size) => sum + size, 0),
  };
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

async function readProcesses(): Promise<Map<number, Stat>> {
  const names = await readdir('/proc').catch(() => []); // No such thing here.
  const stats = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readStat));
  return new Map(stats.filter((stat) => stat !== undefined).map((stat) => [stat.pid, stat]));
}

async function readStat(pid: string): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // It has just ended.
  // proc(5): the name, in parentheses, may hold anything; from the state on there are only words.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 15) return undefined;
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number(pid), parent: Number(fields[1]), ticks };
}

function familyOf(root: Stat, all: readonly Stat[]): Stat[] {
  const family = [root];
  // The list grows under way, by the children of those in it.
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid));
  return family;
}

async function residentMb(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(text)?.[1];
  return Number(kilobytes ?? 0) / 1024;
}
