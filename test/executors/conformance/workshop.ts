import { afterAll, afterEach, beforeAll, expect, onTestFinished } from 'vitest';
import type { EndpointModule } from '../../../src/executors/endpoint-module.ts';
import type { Begun, Execution, Executor, Work } from '../../../src/executors/executor.ts';
import type { Log } from '../../../src/log.ts';
import { decodeReply, type Reply } from '../../../src/wire/reply.ts';
import { encodeRequest, type Request } from '../../../src/wire/request.ts';
import { SharedStage } from '../shared-stage.ts';

/** What a test wants of an executor. */
export interface Wanted {
  /** Whether it is to run all calls in one place, which starts sooner. @default false */
  readonly isSmall?: boolean;
  /** How long a cancelled call has to end by itself, in ms. @default so long that none is given up */
  readonly cancelGraceMs?: number;
  /** How long endpoints may take to be disposed of, in ms. @default the executor's own */
  readonly disposeTimeoutMs?: number;
  /** How much a host's heap may hold, in MiB, where there are hosts. @default Node's own limit */
  readonly maxHeapMb?: number;
  /** Where what endpoints log goes, and print, where there are hosts. @default nowhere */
  readonly log?: Log;
}

/** Longer than any test. */
const patientMs = 120_000;

/** What every executor is made with, whatever else a test says. */
export function commonOptions({ cancelGraceMs = patientMs, disposeTimeoutMs, log }: Wanted): {
  readonly cancelGraceMs: number;
  readonly disposeTimeoutMs?: number;
  readonly log?: Log;
} {
  return {
    cancelGraceMs,
    ...(disposeTimeoutMs !== undefined && { disposeTimeoutMs }),
    ...(log !== undefined && { log }),
  };
}

/** Makes an executor that has not been started. */
export type MakeExecutor<Made extends Executor = Executor> = (
  endpoints: readonly EndpointModule[],
  wanted?: Wanted,
) => Made;

/** A call that was handed to an executor. */
export interface Run extends Execution {
  /** What `onBegin` was called with so far. */
  readonly begun: readonly Begun[];
  /** Resolves when it is called. */
  readonly hasBegun: Promise<Begun>;
}

/** An executor that has the actors of `endpoints/`, and the stage that it shares with them. */
export interface Workshop<Made extends Executor = Executor> {
  readonly executor: Made;
  readonly stage: SharedStage;
  /** Runs a request; a call unless `call` is told to be nothing. */
  run(request: Partial<Request>, work?: Partial<Work>): Run;
}

/** Where a call's answer goes. */
export const call = { msgId: 'id-of-the-call', replyQueue: 'reply_of_the_test' };

const modules = ['actor', 'resident', 'scribe', 'wreck'] as const;

/** The URL of a module in `endpoints/`. */
export function endpointUrl(name: (typeof modules)[number]): string {
  return new URL(`../endpoints/${name}.ts`, import.meta.url).href;
}

/** The modules of `endpoints/`, told to share that stage. */
export function stagedEndpoints({ folder: stage }: SharedStage): EndpointModule[] {
  return modules.map((name) => ({ url: endpointUrl(name), options: { stage } }));
}

/** Opens a stage that is closed with the test. */
export function openStage(): SharedStage {
  const stage = SharedStage.open();
  onTestFinished(() => stage.close());
  return stage;
}

/** Makes an executor for one test, not started. */
export function makeWorkshop<Made extends Executor>(
  makeExecutor: MakeExecutor<Made>,
  wanted: Wanted = {},
): Workshop<Made> {
  const stage = openStage();
  const executor = makeExecutor(stagedEndpoints(stage), { isSmall: true, ...wanted });
  onTestFinished(() => executor.stop());
  return workshopOf(executor, stage);
}

/** Makes and starts a small executor for one test. */
export async function openWorkshop<Made extends Executor>(
  makeExecutor: MakeExecutor<Made>,
  wanted: Wanted = {},
): Promise<Workshop<Made>> {
  const workshop = makeWorkshop(makeExecutor, wanted);
  await workshop.executor.start(new AbortController().signal);
  return workshop;
}

/** Makes and starts an executor once for all tests of a `describe`; each must leave it idle. */
export function useWorkshop(makeExecutor: MakeExecutor, wanted: Wanted = {}): () => Workshop {
  let workshop: Workshop;
  beforeAll(async () => {
    const stage = SharedStage.open();
    const executor = makeExecutor(stagedEndpoints(stage), wanted);
    workshop = workshopOf(executor, stage);
    await executor.start(new AbortController().signal);
  });
  afterEach(() => {
    expect(workshop.executor.credit, 'credit that the test left behind').toBe(
      workshop.executor.slots,
    );
    workshop.stage.reset();
  });
  afterAll(async () => {
    await workshop.executor.stop();
    await workshop.stage.close();
  });
  return () => workshop;
}

/** Waits until every call has ended and every host that died has been replaced. */
export async function untilWhole(executor: Executor): Promise<void> {
  await expect.poll(() => executor.credit).toBe(executor.slots);
}

/** The reply that was encoded, read back. */
export async function replyOf(run: Run): Promise<Reply> {
  const outcome = await run.outcome;
  if (outcome.type !== 'done' || outcome.reply === undefined) {
    throw new Error(`no reply, but ${JSON.stringify(outcome)}`);
  }
  return decodeReply(outcome.reply.body);
}

/** The bytes of a request; a call of version 1.0 unless told otherwise. */
export function requestBody(request: Partial<Request>): Buffer {
  return encodeRequest({ method: 'echo', args: {}, context: {}, call, ...request });
}

/**
 * Hands a body to an executor.
 *
 * @param mayBegin - What is answered to work that asks.
 */
export function runBody(
  executor: Executor,
  body: Uint8Array,
  work: Partial<Work> = {},
  mayBegin = true,
): Run {
  const begun: Begun[] = [];
  let onFirst: (first: Begun) => void = () => {};
  const hasBegun = new Promise<Begun>((resolve) => {
    onFirst = resolve;
  });
  const execution = executor.execute(
    { body, contentType: 'application/json', deadline: undefined, ...work },
    (note) => {
      begun.push(note);
      onFirst(note);
      return mayBegin;
    },
  );
  const { outcome } = execution;
  return {
    outcome,
    cancel: (reason) => execution.cancel(reason),
    withdraw: () => execution.withdraw(),
    begun,
    hasBegun,
  };
}

function workshopOf<Made extends Executor>(executor: Made, stage: SharedStage): Workshop<Made> {
  return {
    executor,
    stage,
    run: (request, work) => runBody(executor, requestBody(request), work),
  };
}
