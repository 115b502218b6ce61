import { readFileSync } from 'node:fs';

/** How often a process is weighed: Node fills a gigabyte or two in a second. */
const intervalMs = 50;

/**
 * How much physical memory a process holds, in MiB: its heap, its buffers and what its addons have taken.
 *
 * @returns `undefined` where the system does not tell (all but Linux), or the process has left.
 */
export function residentMb(pid: number | 'self'): number | undefined {
  try {
    const [, kb] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kb === undefined ? undefined : Number(kb) / 1024;
  } catch {
    return undefined; // There is no such file.
  }
}

/**
 * Weighs a process now and then until it is too heavy.
 *
 * @param onExceed - Called once, with what it held, in MiB.
 * @returns What ends the watch; to be called before the process's id may be another's.
 */
export function watchResidentMemory(
  pid: number,
  maxMb: number,
  onExceed: (mb: number) => void,
): () => void {
  const timer = setInterval(() => {
    const mb = residentMb(pid);
    if (mb === undefined || mb <= maxMb) return;
    clearInterval(timer);
    onExceed(mb);
  }, intervalMs).unref();
  return () => clearInterval(timer);
}
