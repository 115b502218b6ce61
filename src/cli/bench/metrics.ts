import type { BenchRound, BenchSeries } from './result.ts';
import { type Spread, spreadOf } from './spread.ts';

/** A figure that rounds have, and what is good for it. */
export interface Metric {
  /** For the head of a column, with the unit. */
  readonly title: string;
  /** For a sentence. */
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** Whether it holds still enough, from one run to the next, for a change of it to mean something. */
  readonly isComparable: boolean;
  of(round: BenchRound): number | undefined;
}

/** The names of all figures. */
export type MetricName =
  | 'callsPerSecond'
  | 'p50'
  | 'p90'
  | 'p99'
  | 'max'
  | 'errors'
  | 'serverCpu'
  | 'clientCpu'
  | 'brokerCpu'
  | 'serverRss'
  | 'clientRss'
  | 'ping'
  | 'bytesPerCall'
  | 'serverStall'
  | 'clientStall';

/** All figures, in the order in which they are shown. */
export const metrics: Readonly<Record<MetricName, Metric>> = {
  callsPerSecond: {
    title: 'calls/s',
    name: 'throughput',
    unit: 'calls/s',
    better: 'higher',
    isComparable: true,
    of: (round) => round.callsPerSecond,
  },
  p50: latency('p50', true, (round) => round.p50Ms),
  p90: latency('p90', false, (round) => round.p90Ms),
  p99: latency('p99', true, (round) => round.p99Ms),
  max: latency('max', false, (round) => round.maxMs),
  errors: {
    title: 'errors',
    name: 'errors',
    unit: '',
    better: 'lower',
    isComparable: true,
    of: (round) => round.errors,
  },
  serverCpu: cpu('server', (round) => round.cpuPer10kCalls?.server),
  clientCpu: cpu('client', (round) => round.cpuPer10kCalls?.client),
  brokerCpu: cpu('broker', (round) => round.cpuPer10kCalls?.broker),
  serverRss: rss('server', (round) => round.rssMb?.server),
  clientRss: rss('client', (round) => round.rssMb?.client),
  ping: latency('ping p99', true, (round) => round.pingP99Ms),
  bytesPerCall: {
    title: 'bytes/call',
    name: 'memory per call',
    unit: 'bytes',
    better: 'lower',
    isComparable: true,
    of: (round) => round.bytesPerCall,
  },
  serverStall: latency('server stall', false, (round) => round.stallMs?.server),
  clientStall: latency('client stall', false, (round) => round.stallMs?.client),
};

/** The {@link Spread} of a figure over the rounds of a series; undefined where it was not taken. */
export function spreadIn(series: BenchSeries, metric: Metric): Spread | undefined {
  return spreadOf(
    series.rounds.map((round) => metric.of(round)).filter((value) => value !== undefined),
  );
}

function latency(name: string, isComparable: boolean, of: Metric['of']): Metric {
  return { title: `${name} ms`, name, unit: 'ms', better: 'lower', isComparable, of };
}

function cpu(role: string, of: Metric['of']): Metric {
  return {
    title: `${role} CPU s/10k`,
    name: `${role} CPU`,
    unit: 's per 10,000 calls',
    better: 'lower',
    isComparable: true,
    of,
  };
}

function rss(role: string, of: Metric['of']): Metric {
  const name = `${role} RSS`;
  return { title: `${name} MB`, name, unit: 'MB', better: 'lower', isComparable: true, of };
}
