import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Begun, Execution, Executor, Work } from '../executors/executor.ts';

/**
 * Makes as many executors of one: each is it, but leaves a slot to each of the others that waits for one and
 * has waited longer. Without it, whoever is woken first takes the slot, and that is the same one every time.
 */
export function sharedExecutors(executor: Executor, count: number): Executor[] {
  if (count === 1) return [executor];
  const waiting = new Set<SharedExecutor>();
  return Array.from({ length: count }, () => new SharedExecutor(executor, waiting));
}

/** Starting and stopping it is for its owner: they mean the executor itself. */
class SharedExecutor implements Executor {
  readonly name: Executor['name'];
  readonly slots: number;
  readonly inTurn: boolean;
  readonly #executor: Executor;
  /** Those that wait for credit, in the order of their coming. */
  readonly #waiting: Set<SharedExecutor>;
  #isAsking = false;

  constructor(executor: Executor, waiting: Set<SharedExecutor>) {
    this.name = executor.name;
    this.slots = executor.slots;
    this.inTurn = executor.inTurn;
    this.#executor = executor;
    this.#waiting = waiting;
  }

  get priorities(): readonly string[] {
    return this.#executor.priorities;
  }

  get credit(): number {
    let before = 0;
    for (const other of this.#waiting) {
      if (other === this) break;
      before++;
    }
    return this.#executor.credit - before;
  }

  get closed(): Promise<Error | undefined> {
    return this.#executor.closed;
  }

  async whenCredit(): Promise<void> {
    // Who waits again without having had a slot keeps its place.
    this.#waiting.add(this);
    this.#isAsking = true;
    await this.#executor.whenCredit();
    // Whoever has waited longer takes a slot in this turn of the event loop, or gives up its place.
    if (this.credit <= 0) await nextTurn();
    this.#isAsking = false;
    setImmediate(() => {
      if (!this.#isAsking) this.#waiting.delete(this);
    });
  }

  execute(work: Work, onBegin: (begun: Begun) => boolean): Execution {
    this.#waiting.delete(this);
    return this.#executor.execute(work, onBegin);
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#executor.start(signal);
  }

  stop(): Promise<void> {
    return this.#executor.stop();
  }
}
