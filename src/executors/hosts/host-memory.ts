import { getHeapStatistics } from 'node:v8';
import type { HostLine, MemoryUse } from './host-protocol.ts';

/** How often a host that does nothing but wait says how much memory it holds. */
const intervalMs = 1_000;
const bytesPerMb = 1024 * 1024;

/** Tells the runtime's thread how much memory a host holds: now and then, and after calls. */
export class HostMemory {
  readonly #line: HostLine;
  readonly #timer: NodeJS.Timeout;
  #reportedAt = 0;

  constructor(line: HostLine) {
    this.#line = line;
    this.#timer = setInterval(() => this.report(), intervalMs).unref();
  }

  /** Reports, unless it has done so just now. */
  report(): void {
    const now = performance.now();
    if (now - this.#reportedAt < intervalMs / 10) return;
    this.#reportedAt = now;
    this.#line.post({ type: 'memory', use: memoryUse() });
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Of this thread's own heap and what hangs on it: V8 keeps count of both for each isolate. */
function memoryUse(): MemoryUse {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return { heapMb: heap / bytesPerMb, externalMb: external / bytesPerMb };
}
