import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { RecycleLimits } from '../executors/hosts/recycling.ts';
import type { RestartLimits } from '../executors/hosts/restart-brake.ts';

/** What the hosts of `pool` and `process` have in common. */
export interface HostsOptions {
  /** Calls in one host at once; above 1 only for methods that wait more than they compute. @default 1 */
  readonly concurrency?: number;
  /**
   * How many hosts are kept ready beside those that work, endpoints loaded, to take the place of one that
   * dies at once. Each costs what a host costs; with 0, a new one has to load first. @default 1
   */
  readonly spareHosts?: number;
  /** The most that a host's JavaScript heap may grow to, in MiB, at least 16. @default Node's own limit */
  readonly maxHeapMb?: number;
  /**
   * How much a host may hold outside of its heap, in MiB: buffers, for the most part. It is looked at when a
   * call has ended and every second, where the method lets it. @default any
   */
  readonly maxExternalMb?: number;
  /** How long a host's endpoints may take to load and start, in milliseconds. @default 30_000 */
  readonly readyTimeoutMs?: number;
  /** When hosts are replaced though nothing is wrong with them: for what leaks slowly. @default never */
  readonly recycle?: RecycleLimits;
  /**
   * How many hosts may crash, in how long, before the runtime fails. They are replaced ten a second at the
   * most, and less often while no call ends. @default 1_000 within 600_000 ms
   */
  readonly restarts?: Partial<RestartLimits>;
}

/** For the `pool` executor. */
export interface PoolOptions extends HostsOptions {
  /** How many hosts, each on a thread; at least 1. @default the machine's parallelism */
  readonly threads?: number;
}

/** For the `process` executor. */
export interface ProcessOptions extends HostsOptions {
  /** How many hosts, each in a child process; at least 1. @default the machine's parallelism */
  readonly processes?: number;
  /**
   * How much memory a child may hold in all, in MiB, native code's included; one that holds more is
   * killed. Linux only. @default any
   */
  readonly maxRssMb?: number;
}

/** {@link HostsOptions} with nothing left open. */
export interface ResolvedHostsOptions {
  readonly hosts: number;
  readonly concurrency: number;
  readonly spareHosts: number;
  readonly maxHeapMb: number | undefined;
  readonly maxExternalMb: number | undefined;
  readonly readyTimeoutMs: number;
  readonly recycle: RecycleLimits;
  readonly restarts: RestartLimits;
}

/** Fills in the defaults. */
export function resolveHostsOptions(
  options: HostsOptions,
  hosts: number = availableParallelism(),
): ResolvedHostsOptions {
  const { concurrency = 1, spareHosts = 1, readyTimeoutMs = 30_000, recycle = {} } = options;
  const { maxHeapMb, maxExternalMb } = options;
  const restarts = { max: 1_000, withinMs: 600_000, ...options.restarts };
  return {
    hosts,
    concurrency,
    spareHosts,
    maxHeapMb,
    maxExternalMb,
    readyTimeoutMs,
    recycle,
    restarts,
  };
}

const count = z.int().min(1);
const durationMs = z.number().min(0);

const shape = {
  concurrency: count.optional(),
  spareHosts: z.int().min(0).optional(),
  maxHeapMb: z.number().min(16).optional(),
  maxExternalMb: z.number().min(1).optional(),
  readyTimeoutMs: durationMs.optional(),
  recycle: z
    .strictObject({
      calls: count.optional(),
      ageMs: z.number().min(1_000).optional(),
      heapMb: z.number().min(16).optional(),
    })
    .optional(),
  restarts: z.strictObject({ max: count.optional(), withinMs: count.optional() }).optional(),
};

/** The shape of {@link PoolOptions}. */
export const poolSchema: z.ZodType = z.strictObject({ threads: count.optional(), ...shape });

/** The shape of {@link ProcessOptions}. */
export const processSchema: z.ZodType = z.strictObject({
  processes: count.optional(),
  maxRssMb: z.number().min(16).optional(),
  ...shape,
});
