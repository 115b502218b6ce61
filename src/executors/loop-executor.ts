import type { RPCDispatcher } from '../dispatcher/rpc-dispatcher.ts';
import { ClosedError } from '../errors.ts';
import { deferred, waitFor } from '../waiting.ts';
import type { Begun, Executor, ExecutorName, Outcome, Work } from './executor.ts';
import { perform } from './perform.ts';
import { RunningCalls } from './running-calls.ts';
import { loadDispatcher, type Service } from './service.ts';
import { Wakeup } from './wakeup.ts';
import type { WireOptions } from './wire-options.ts';

/** What a {@link LoopExecutor} is made of. */
export interface LoopExecutorOptions extends Service {
  readonly name: Extract<ExecutorName, 'blocking' | 'async'>;
  /** How many requests are under way at once. */
  readonly slots: number;
  /** @default defaultWireOptions */
  readonly wire?: WireOptions;
}

/**
 * Runs methods on this thread's own event loop: `blocking` one at a time, `async` many.
 *
 * A method that computes for long keeps the loop from everything else, heartbeats included: that is
 * what the `pool` executor is for.
 */
export class LoopExecutor implements Executor {
  readonly name: ExecutorName;
  readonly slots: number;
  readonly inTurn: boolean;
  readonly #options: LoopExecutorOptions;
  readonly #freed = new Wakeup();
  readonly #calls = new RunningCalls();
  readonly #closed = deferred<Error | undefined>();
  readonly #running = new Set<() => void>();
  #dispatcher: RPCDispatcher | undefined;
  #hasStopped = false;

  constructor(options: LoopExecutorOptions) {
    this.name = options.name;
    this.slots = options.slots;
    this.inTurn = options.name === 'blocking';
    this.#options = options;
  }

  get credit(): number {
    return this.slots - this.#running.size;
  }

  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  async start(signal?: AbortSignal): Promise<void> {
    // A module's import may take for ever; the signal ends the wait for it.
    const loading = loadDispatcher(this.#options);
    this.#dispatcher = await waitFor(loading, 'the endpoints to load', { signal });
  }

  async whenCredit(): Promise<void> {
    if (this.credit <= 0 && !this.#hasStopped) await this.#freed.wait();
  }

  async execute(work: Work, onBegin: (begun: Begun) => boolean): Promise<Outcome> {
    if (this.#dispatcher === undefined || this.#hasStopped) {
      const error = new ClosedError(`the ${this.name} executor is not running`);
      return { type: 'lost', error, begun: undefined };
    }
    return await this.#run(this.#dispatcher, work, onBegin);
  }

  async stop(): Promise<void> {
    this.#hasStopped = true;
    this.#calls.abort(new ClosedError('the executor was stopped'));
    for (const abandon of this.#running) abandon();
    this.#closed.resolve(undefined);
    this.#freed.wake();
  }

  #run(
    dispatcher: RPCDispatcher,
    work: Work,
    onBegin: (begun: Begun) => boolean,
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      let begun: Begun | undefined;
      const abandon = (): void => {
        resolve({ type: 'lost', error: new ClosedError('the executor was stopped'), begun });
      };
      this.#running.add(abandon);
      const begins = (note: Begun): boolean => {
        begun = note;
        return onBegin(note);
      };
      void perform(dispatcher, work, this.#calls, begins, this.#options.wire).then((outcome) => {
        this.#running.delete(abandon);
        resolve(outcome);
        this.#freed.wake();
      });
    });
  }
}
