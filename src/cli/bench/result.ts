/** What a benchmark found, as it is written to JSON, compared and drawn. */
export interface BenchResult {
  /** The version of this format. */
  readonly format: 1;
  /** When it began, ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly machine: BenchMachine;
  /** What ran: `node`, `greenroom`, and what else is known. */
  readonly versions: Readonly<Record<string, string>>;
  /** How it was measured, for people: two results with other settings are hard to compare. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly series: readonly BenchSeries[];
  /** What follows from it, in a sentence or two. */
  readonly conclusion?: string;
  /** What a reader has to know before believing a figure, a sentence each. */
  readonly notes?: readonly string[];
}

/** Where a benchmark ran. */
export interface BenchMachine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly os: string;
  /** The load average of the minute before. */
  readonly loadBefore: number;
}

/** One thing under one load, measured a number of times. */
export interface BenchSeries {
  /** What was done: the method, or such as `echo 100 B`. */
  readonly measure: string;
  /** Who did it: the topic, the executor, or such as `amqplib by hand`. */
  readonly subject: string;
  /** How many calls were outstanding at a time. */
  readonly outstanding: number;
  /** In the order in which they were run. */
  readonly rounds: readonly BenchRound[];
  /** Why there are no rounds. */
  readonly skipped?: string;
}

/** The figures of one window of measuring. */
export interface BenchRound {
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How many calls failed; their times are in no figure. */
  readonly errors: number;
  /** CPU seconds, of all threads and children, for 10,000 calls. */
  readonly cpuPer10kCalls?: {
    readonly server?: number;
    readonly client?: number;
    readonly broker?: number;
  };
  /** Resident memory at the end of the window. */
  readonly rssMb?: { readonly server?: number; readonly client?: number };
  /** The longest time in which an event loop did not turn. */
  readonly stallMs?: { readonly server?: number; readonly client?: number };
  /** 99 of 100 pings beside the calls were answered within this. */
  readonly pingP99Ms?: number;
  /** What each outstanding call took of the client's memory. */
  readonly bytesPerCall?: number;
  /** Percentile and milliseconds, rising. */
  readonly curve?: readonly (readonly [percentile: number, ms: number])[];
}
