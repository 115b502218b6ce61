import { AsyncResource } from 'node:async_hooks';
import { ClosedError } from '../errors.ts';
import { type Log, silentLog } from '../log.ts';
import { Roll } from '../roll.ts';
import { deferred, pause, waitFor } from '../waiting.ts';
import { defaultCancelGraceMs } from './cancel-clock.ts';
import type { Begun, Execution, Executor, ExecutorName, Work } from './executor.ts';
import { lostAtOnce } from './hosts/host-calls.ts';
import { defaultDisposeTimeoutMs, type LoadedService, loadService } from './loaded-service.ts';
import { LoopExecution } from './loop-execution.ts';
import { performWork } from './perform-work.ts';
import type { Service } from './service.ts';
import { Wakeup } from './wakeup.ts';
import type { WireOptions } from './wire-options.ts';

/** What a {@link LoopExecutor} is made of. */
export interface LoopExecutorOptions extends Service {
  readonly name: Extract<ExecutorName, 'blocking' | 'async'>;
  /** How many requests are under way at once. */
  readonly slots: number;
  /** @default defaultWireOptions */
  readonly wire?: WireOptions;
  /** How long a cancelled call may take to end before it is given up, in ms. @default defaultCancelGraceMs */
  readonly cancelGraceMs?: number;
  /** How long endpoints may take to be disposed of, in ms. @default defaultDisposeTimeoutMs */
  readonly disposeTimeoutMs?: number;
  /** @default silentLog */
  readonly log?: Log;
}

/**
 * Runs methods on this thread's own event loop: `blocking` one at a time, `async` many.
 *
 * A method that computes for long keeps the loop from everything else, heartbeats included: that is
 * what the `pool` executor is for. Nor can one be stopped here that does not stop by itself: its caller
 * is answered, and its slot stays taken until it ends.
 */
export class LoopExecutor implements Executor {
  readonly name: ExecutorName;
  readonly slots: number;
  readonly inTurn: boolean;
  readonly #options: LoopExecutorOptions;
  readonly #freed = new Wakeup();
  readonly #closed = deferred<Error | undefined>();
  readonly #running = new Roll<LoopExecution>();
  readonly #stopSignal = new AbortController();
  #service: LoadedService | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: LoopExecutorOptions) {
    this.name = options.name;
    this.slots = options.slots;
    this.inTurn = options.name === 'blocking';
    this.#options = options;
  }

  get credit(): number {
    return this.slots - this.#running.size;
  }

  get priorities(): readonly string[] {
    return this.#service?.notifications?.priorities ?? [];
  }

  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  async start(signal?: AbortSignal): Promise<void> {
    const { log = silentLog } = this.#options;
    const stopped = this.#stopSignal.signal;
    stopped.throwIfAborted();
    const loading = loadService(this.#options, {
      executor: this.name,
      id: 1,
      log,
      signal: stopped,
    });
    try {
      // A module's import may take for ever; the signals end the wait for it.
      const either = AbortSignal.any(signal === undefined ? [stopped] : [stopped, signal]);
      const service = await waitFor(loading, 'the endpoints to load', { signal: either });
      stopped.throwIfAborted();
      this.#service = service;
    } catch (error) {
      // What loads all the same is for nobody. If it does not, that is what is thrown.
      void loading.then((service) => this.#dispose(service)).catch(() => {});
      stopped.throwIfAborted();
      throw error;
    }
  }

  async whenCredit(): Promise<void> {
    while (this.credit <= 0 && this.#stopping === undefined) await this.#freed.wait();
  }

  execute(work: Work, onBegin: (begun: Begun) => boolean): Execution {
    if (this.#service === undefined || this.#stopping !== undefined) {
      return lostAtOnce(`the ${this.name} executor is not running`);
    }
    return this.#run(this.#service, work, onBegin);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#stopSignal.abort(new ClosedError('the executor was stopped'));
    for (const execution of this.#running) execution.lose();
    this.#freed.wake();
    if (this.#service !== undefined) await this.#dispose(this.#service);
    this.#closed.resolve(undefined);
  }

  #run(service: LoadedService, work: Work, onBegin: (begun: Begun) => boolean): Execution {
    const { cancelGraceMs = defaultCancelGraceMs, log = silentLog, wire } = this.#options;
    const execution = new LoopExecution(work, { graceMs: cancelGraceMs, log, onBegin });
    const entry = this.#running.add(execution);
    const onEnd = (): void => {
      this.#running.delete(entry);
      this.#freed.wake();
    };
    // In an async context of its own, so that nothing a method stores there is seen by another.
    new AsyncResource('GreenroomCall').runInAsyncScope(() => {
      void performWork(service, work, execution, execution.begins, wire).then((performed) => {
        execution.end(performed);
        onEnd();
      });
    });
    return execution;
  }

  async #dispose(service: LoadedService): Promise<void> {
    const { log = silentLog, disposeTimeoutMs = defaultDisposeTimeoutMs } = this.#options;
    const disposed = service.dispose((error) => {
      log.error({ reason: String(error) }, 'an endpoint could not be disposed of');
    });
    const over = new AbortController();
    await Promise.race([disposed, pause(disposeTimeoutMs, over.signal)]);
    over.abort();
  }
}
