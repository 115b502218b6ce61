import { InvalidArgumentError } from 'commander';
import { type BodyFormat, type ExecutorName, executorNames } from '../../index.ts';
import type { ReportOptions } from '../failure-report.ts';
import type { LogLevel } from '../logging.ts';
import type { TargetOptions } from '../request-command.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `greenroom bench`. */
export interface BenchOptions extends ReportOptions, Omit<TargetOptions, 'fanout'> {
  readonly config?: string;
  readonly executors?: readonly ExecutorName[];
  readonly url?: string;
  readonly context?: string;
  readonly format: BodyFormat;
  readonly timeout: number;
  readonly concurrency: readonly number[];
  readonly duration: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly out?: string;
  readonly report?: string;
  readonly compare?: string;
  /** A share: 0.1 for a tenth. */
  readonly failOnRegression?: number;
  readonly logLevel: LogLevel;
}

/** What is called; `topic` is absent where a config names it. */
export interface BenchWords {
  readonly topic: string | undefined;
  readonly method: string;
  readonly json: string | undefined;
}

/** With more, what is measured is the memory of the client. */
const mostOutstanding = 50_000;

/** Reads `--concurrency 1,16,128`. */
export function concurrencyArgument(given: string): number[] {
  const counts = given.split(',').map((word) => (/^\d{1,5}$/.test(word) ? Number(word) : 0));
  if (counts.every((count) => count >= 1 && count <= mostOutstanding)) return [...new Set(counts)];
  throw new InvalidArgumentError(
    `It must be numbers of 1 to ${mostOutstanding} with commas between them, such as 1,16,128.`,
  );
}

/** Reads `--rounds 3`. */
export function roundsArgument(given: string): number {
  if (/^[1-9]\d?$/.test(given)) return Number(given);
  throw new InvalidArgumentError('It must be a whole number of 1 to 99.');
}

/** Reads `--executors async,pool`. */
export function executorsArgument(given: string): ExecutorName[] {
  const names = given.split(',').map((word) => {
    const name = executorNames.find((candidate) => candidate === word);
    if (name !== undefined) return name;
    const known = executorNames.join(', ');
    throw new InvalidArgumentError(`There is no executor '${word}'; there are ${known}.`);
  });
  return [...new Set(names)];
}

/** Reads `--fail-on-regression 10%`, as a share. */
export function shareArgument(given: string): number {
  const percent = /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(given)?.[1];
  if (percent !== undefined) return Number(percent) / 100;
  throw new InvalidArgumentError('It must be a percentage, such as 10%.');
}

/**
 * Tells topic, method and arguments apart.
 *
 * @throws {@link UsageError} when there are too few words, or too many, or options that make no sense
 * together.
 */
export function readBenchWords(words: readonly string[], options: BenchOptions): BenchWords {
  const { config, executors, server, exchange, compare, failOnRegression } = options;
  const isServed = config !== undefined;
  if (executors !== undefined && !isServed) {
    throw new UsageError('--executors needs --config: the service is started under each of them');
  }
  if (isServed && (server ?? exchange) !== undefined) {
    const name = server === undefined ? '--exchange' : '--server';
    throw new UsageError(`${name} is for a service that runs; with --config, the config says it`);
  }
  if (failOnRegression !== undefined && compare === undefined) {
    throw new UsageError(
      '--fail-on-regression needs --compare: an older result to be held against',
    );
  }
  const [topic, method, json, ...more] = isServed ? [undefined, ...words] : words;
  if (method === undefined) {
    const wanted = isServed ? '--config <file> <method> [json]' : '<topic> <method> [json]';
    throw new UsageError(`what to call is missing: greenroom bench ${wanted}`);
  }
  if (more.length > 0) {
    const allowed = isServed ? 'with --config, the topic is that of the config; then ' : '';
    throw new UsageError(`too many arguments: ${allowed}the method and its JSON are all`);
  }
  return { topic, method, json };
}
