import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import type { BenchMachine } from './result.ts';

/** Describes the machine that this runs on. */
export function describeMachine(): BenchMachine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown CPU',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 1024 ** 2),
    os: `${type()} ${release()}`,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
