/** Something that is to be told when its deadline has passed. */
export interface Awaited {
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  onDeadline(): void;
}

/** How late a deadline is noticed at the most, beside whatever keeps the thread busy. */
const sweepMs = 10;

/**
 * Tells those whose deadline has passed.
 *
 * All share one timer: a timer for each call, with a delay like no other's, costs a server more than to
 * look through the few that run. There is none while there is nothing to look at, and it keeps no
 * process.
 */
export class Deadlines {
  readonly #awaited = new Set<Awaited>();
  #timer: NodeJS.Timeout | undefined;

  add(awaited: Awaited): void {
    this.#awaited.add(awaited);
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref();
  }

  delete(awaited: Awaited): void {
    this.#awaited.delete(awaited);
  }

  #sweep(): void {
    if (this.#awaited.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = performance.now();
    for (const awaited of this.#awaited) {
      if (now < awaited.deadline) continue;
      this.#awaited.delete(awaited);
      awaited.onDeadline();
    }
  }
}

/** Those of the calls that this thread looks after. */
export const callDeadlines: Deadlines = new Deadlines();
