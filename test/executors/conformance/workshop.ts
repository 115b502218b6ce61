import { afterAll, afterEach, beforeAll, expect, onTestFinished } from 'vitest';
import type { EndpointModule } from '../../../src/executors/endpoint-module.ts';
import type { Begun, Executor, Outcome, Work } from '../../../src/executors/executor.ts';
import { decodeReply, type Reply } from '../../../src/wire/reply.ts';
import { encodeRequest, type Request } from '../../../src/wire/request.ts';
import { SharedStage } from '../shared-stage.ts';

/** Makes an executor that has not been started; a small one starts sooner and has fewer slots. */
export type MakeExecutor = (
  endpoints: readonly EndpointModule[],
  options?: { readonly isSmall?: boolean },
) => Executor;

/** A call that was handed to an executor. */
export interface Run {
  readonly outcome: Promise<Outcome>;
  /** What `onBegin` was called with so far. */
  readonly begun: readonly Begun[];
  /** Resolves when it is called. */
  readonly hasBegun: Promise<Begun>;
}

/** An executor that has the actors of `endpoints/`, and the memory that it shares with them. */
export interface Workshop {
  readonly executor: Executor;
  readonly stage: SharedStage;
  /** Runs a request; a call unless `call` is told to be nothing. */
  run(request: Partial<Request>, work?: Partial<Work>): Run;
}

/** Where a call's answer goes. */
export const call = { msgId: 'id-of-the-call', replyQueue: 'reply_of_the_test' };

/** The URL of a module in `endpoints/`. */
export function endpointUrl(name: 'actor' | 'wreck'): string {
  return new URL(`../endpoints/${name}.ts`, import.meta.url).href;
}

/** The modules of `endpoints/`, told to share that stage. */
export function stagedEndpoints({ memory }: SharedStage): EndpointModule[] {
  const options = { memory };
  return [
    { url: endpointUrl('actor'), options },
    { url: endpointUrl('wreck'), options },
  ];
}

/** Makes and starts a small executor for one test. */
export async function openWorkshop(makeExecutor: MakeExecutor): Promise<Workshop> {
  const stage = new SharedStage();
  const executor = makeExecutor(stagedEndpoints(stage), { isSmall: true });
  onTestFinished(() => executor.stop());
  await executor.start(new AbortController().signal);
  return workshopOf(executor, stage);
}

/** Makes and starts an executor once for all tests of a `describe`; each must leave it idle. */
export function useWorkshop(makeExecutor: MakeExecutor): () => Workshop {
  let workshop: Workshop;
  beforeAll(async () => {
    const stage = new SharedStage();
    const executor = makeExecutor(stagedEndpoints(stage));
    await executor.start(new AbortController().signal);
    workshop = workshopOf(executor, stage);
  });
  afterEach(() => {
    expect(workshop.executor.credit, 'credit that the test left behind').toBe(
      workshop.executor.slots,
    );
    workshop.stage.reset();
  });
  afterAll(() => workshop.executor.stop());
  return () => workshop;
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

/** Hands a body to an executor. */
export function runBody(executor: Executor, body: Uint8Array, work: Partial<Work> = {}): Run {
  const begun: Begun[] = [];
  let onFirst: (first: Begun) => void = () => {};
  const hasBegun = new Promise<Begun>((resolve) => {
    onFirst = resolve;
  });
  const outcome = executor.execute(
    { body, contentType: 'application/json', deadline: undefined, ...work },
    (note) => {
      begun.push(note);
      onFirst(note);
      return true;
    },
  );
  return { outcome, begun, hasBegun };
}

function workshopOf(executor: Executor, stage: SharedStage): Workshop {
  return {
    executor,
    stage,
    run: (request, work) => runBody(executor, requestBody(request), work),
  };
}
