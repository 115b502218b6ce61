import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { type LoadReport, runLoad } from './closed-loop.ts';
import type { FailedCalls } from './failed-calls.ts';
import { type ProcessUsage, processUsage } from './process-usage.ts';
import type { BenchRound } from './result.ts';
import { StallMeter } from './stall-meter.ts';

/** Pings the server during a window. */
export interface Pinging {
  begin(): void;
  /** How long 99 of 100 pings took at the most, in milliseconds; undefined when there were none. */
  end(): Promise<number | undefined>;
}

/** What is measured in one window, and how. */
export interface WindowOptions {
  readonly call: () => Promise<unknown>;
  readonly outstanding: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** The server's process, where it is known. */
  readonly serverPid: number | undefined;
  readonly pinger: Pinging | undefined;
  readonly signal: AbortSignal;
}

/** What was found in one window. */
export interface WindowReport {
  readonly round: BenchRound;
  /** Of the whole window, the warm-up included. */
  readonly failed: FailedCalls;
  /** How much of the window this process's event loop was busy, 0 to 1. */
  readonly clientLoad: number;
  /** Whether it was cut short. */
  readonly isCut: boolean;
}

/**
 * Warms up, and measures for a while.
 *
 * @returns What was found; undefined when the signal came before there was anything.
 * @throws what the first call failed with, when none of the warm-up or of the window succeeded.
 */
export async function measureWindow(options: WindowOptions): Promise<WindowReport | undefined> {
  const { call, outstanding, warmUpMs, durationMs, serverPid, pinger, signal } = options;
  const warmUp = await runLoad({ call, outstanding, durationMs: warmUpMs, signal });
  assertSuccess(warmUp, signal);
  if (signal.aborted) return undefined;
  const before = await usageNow(serverPid);
  const stalls = new StallMeter();
  pinger?.begin();
  const load = await runLoad({ call, outstanding, durationMs, signal });
  const after = await usageNow(serverPid);
  const stallMs = await stalls.stop();
  assertSuccess(load, signal);
  load.failed.addAll(warmUp.failed);
  if (signal.aborted) {
    if (load.latencies.count === 0) return undefined;
    return { round: latencyFigures(load), failed: load.failed, clientLoad: 0, isCut: true };
  }
  const pingP99Ms = await pinger?.end();
  const round: BenchRound = {
    ...latencyFigures(load),
    ...usageFigures(before, after, load.latencies.count),
    stallMs: { client: rounded(stallMs) },
    ...(pingP99Ms !== undefined && { pingP99Ms: rounded(pingP99Ms) }),
  };
  const { utilization } = performance.eventLoopUtilization(after.loop, before.loop);
  return { round, failed: load.failed, clientLoad: utilization, isCut: false };
}

function assertSuccess({ latencies, failed }: LoadReport, signal: AbortSignal): void {
  if (latencies.count === 0 && failed.count > 0 && !signal.aborted) throw failed.first;
}

function latencyFigures({ latencies, failed, elapsedMs }: LoadReport): BenchRound {
  return {
    callsPerSecond: rounded((latencies.count / elapsedMs) * 1000),
    p50Ms: latencies.percentileMs(50),
    p90Ms: latencies.percentileMs(90),
    p99Ms: latencies.percentileMs(99),
    maxMs: latencies.maxMs,
    errors: failed.count,
    curve: latencies.curve(),
  };
}

interface Usage {
  readonly clientCpuSeconds: number;
  readonly server: ProcessUsage | undefined;
  readonly loop: EventLoopUtilization;
}

async function usageNow(serverPid: number | undefined): Promise<Usage> {
  const loop = performance.eventLoopUtilization();
  const { user, system } = process.cpuUsage();
  const server = serverPid === undefined ? undefined : await processUsage(serverPid);
  return { clientCpuSeconds: (user + system) / 1e6, server, loop };
}

function usageFigures(
  before: Usage,
  after: Usage,
  calls: number,
): Pick<BenchRound, 'cpuPer10kCalls' | 'rssMb'> {
  const per10k = (seconds: number): number => rounded((seconds / calls) * 10_000);
  if (before.server !== undefined && after.server !== undefined) {
    // The client's own would be those of the pinger's thread too, and are beside the point here.
    return {
      cpuPer10kCalls: { server: per10k(after.server.cpuSeconds - before.server.cpuSeconds) },
      rssMb: { server: rounded(after.server.rssMb) },
    };
  }
  return {
    cpuPer10kCalls: { client: per10k(after.clientCpuSeconds - before.clientCpuSeconds) },
    rssMb: { client: rounded(process.memoryUsage.rss() / 1024 ** 2) },
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
