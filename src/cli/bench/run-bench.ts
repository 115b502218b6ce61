import type { Transport } from '../../index.ts';
import { jsonObject, methodArguments } from '../arguments.ts';
import type { CommandOptions } from '../command-options.ts';
import { interruptible } from '../interruption.ts';
import { makeLog } from '../logging.ts';
import { reach } from '../reach.ts';
import { type BenchOptions, type BenchWords, readBenchWords } from './bench-options.ts';
import { beginResult, completeResult } from './compose-result.ts';
import { Pinger } from './pinger.ts';
import { type BenchPlan, durationOf, runPlan } from './plan.ts';
import { ResultOutput } from './result-output.ts';
import { RunProgress } from './run-progress.ts';
import { RunRecord } from './run-record.ts';
import { type BenchService, configuredService, runningService } from './service.ts';
import { type BenchCall, ServiceClient } from './service-client.ts';
import { subjectsOf } from './subjects.ts';

/** Calls failed, or an executor was left out; what was found is printed all the same. */
export class BenchIncomplete extends Error {
  override readonly name = 'BenchIncomplete';
  /** As errors of the public API have one. */
  readonly code = 'ERR_GREENROOM_BENCH_INCOMPLETE';
}

/** Measures a service as the command line says. */
export async function runBench(
  given: readonly string[],
  options: BenchOptions,
  made: CommandOptions,
): Promise<void> {
  const words = readBenchWords(given, options);
  const results = await ResultOutput.prepare(made.output, options);
  const ctx = options.context === undefined ? {} : jsonObject(options.context, '--context');
  const service = await serviceOf(words, options, made);
  await interruptible(async (signal) => {
    const args = await methodArguments(words.json, signal);
    const call = { ctx, method: words.method, args };
    const beginning = beginResult(service, call, options);
    const { record, failure } = await measure(service, call, { options, made, signal });
    if (record.isEmpty) throw failure;
    const comparisons = await results.publish(completeResult(beginning, record, failure));
    if (failure !== undefined) throw failure;
    const { shortcomings } = record;
    if (shortcomings !== undefined) throw new BenchIncomplete(shortcomings);
    results.assertNoRegression(comparisons);
  });
}

async function serviceOf(
  { topic }: BenchWords,
  options: BenchOptions,
  { environment }: CommandOptions,
): Promise<BenchService> {
  const { config } = options;
  if (config !== undefined) return await configuredService(config, options, environment);
  return runningService(topic ?? '', options, environment);
}

interface Circumstances {
  readonly options: BenchOptions;
  readonly made: CommandOptions;
  readonly signal: AbortSignal;
}

interface Measured {
  readonly record: RunRecord;
  /** What ended it before its time. */
  readonly failure: unknown;
}

/** Connects, runs the whole plan and disconnects. Never rejects once there is something to show. */
async function measure(
  service: BenchService,
  call: BenchCall,
  { options, made, signal }: Circumstances,
): Promise<Measured> {
  const { concurrency, rounds, warmUp: warmUpMs, duration: durationMs } = options;
  const progress = new RunProgress(made.output, Boolean(options.json));
  const open: AsyncDisposable[] = [];
  try {
    progress.step('connecting to the broker');
    const transport = await connectTo(service, { options, made, signal });
    open.push(transport);
    const client = new ServiceClient(transport, service, call, options);
    const pinger = await prepareStart(service, client, signal);
    if (pinger !== undefined) open.push(pinger);
    const subjects = subjectsOf(service, client, options.url);
    const load = { concurrency, rounds, warmUpMs, durationMs };
    const plan: BenchPlan = { subjects, ...load, call: () => client.call(), pinger };
    progress.plan(subjects.length * concurrency.length * rounds, durationOf(plan));
    const names = subjects.map(({ name }) => name);
    const record = new RunRecord(call.method, names, concurrency);
    const failure = await runPlan(plan, record, progress, signal).catch((error: unknown) => error);
    return { record, failure };
  } finally {
    progress.end();
    for (const one of open.reverse()) await one[Symbol.asyncDispose]();
  }
}

async function connectTo(
  { url, controlExchange, rabbit }: BenchService,
  { options, made, signal }: Circumstances,
): Promise<Transport> {
  return await reach(url, {
    ...(controlExchange !== undefined && { controlExchange }),
    ...(rabbit !== undefined && { rabbit }),
    retries: 0,
    timeoutMs: options.timeout,
    signal,
    log: makeLog(options.logLevel, made.output),
  });
}

/** Before a service is started: nobody else may be there, and the pinger has to. */
async function prepareStart(
  { start, target, url, controlExchange, rabbit }: BenchService,
  client: ServiceClient,
  signal: AbortSignal,
): Promise<Pinger | undefined> {
  if (start === undefined) return undefined;
  await client.assertAlone(signal);
  const { topic, exchange } = target;
  const { server } = start;
  const pinged = { topic, server, ...(exchange !== undefined && { exchange }) };
  return await Pinger.start({ url, controlExchange, rabbit, target: pinged });
}
