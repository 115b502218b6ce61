import { readdirSync, readFileSync } from 'node:fs';
import type { HostCounts, Runtime } from '../../src/index.ts';
import { monotonicMs } from './monotonic-time.ts';

/** How a server and its process are at a moment. */
export interface ServerState {
  /** On the clock of `monotonicMs()`. */
  readonly at: number;
  readonly hosts: HostCounts | undefined;
  readonly counts: Runtime['counts'];
  /** Physical memory, in MiB, of the process and of its children; garbage is collected first, if it may be. */
  readonly rssMb: number;
  readonly threads: number;
  /** The ids of the processes that it has started and that are still there. */
  readonly children: readonly number[];
  /** What keeps the process from ending: how many of each kind. */
  readonly resources: Readonly<Record<string, number>>;
  /** Listeners on `process`, by event. */
  readonly listeners: Readonly<Record<string, number>>;
}

/** Looks at the process that this runs in. Linux only. */
export function serverState(runtime: Runtime): ServerState {
  globalThis.gc?.();
  const tasks = readdirSync('/proc/self/task');
  const children = tasks.flatMap((task) => childrenOf(`/proc/self/task/${task}/children`));
  return {
    at: monotonicMs(),
    hosts: runtime.hosts,
    counts: runtime.counts,
    rssMb: sum([process.pid, ...children].map(residentMb)),
    threads: tasks.length,
    children,
    resources: numbersOf(process.getActiveResourcesInfo()),
    listeners: Object.fromEntries(
      process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
    ),
  };
}

function childrenOf(file: string): number[] {
  return textOf(file).split(' ').filter(Boolean).map(Number);
}

function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s*(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`)) ?? [];
  return Number(kb ?? 0) / 1024;
}

/** A thread or process that has just left has no file any more. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function numbersOf(names: readonly string[]): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const name of names) numbers[name] = (numbers[name] ?? 0) + 1;
  return numbers;
}
