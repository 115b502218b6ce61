import { Roll, type RollEntry } from '../roll.ts';

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
  readonly #awaited = new Roll<Awaited>();
  #timer: NodeJS.Timeout | undefined;

  /** @returns What takes it off again. */
  add(awaited: Awaited): RollEntry<Awaited> {
    this.#timer ??= setInterval(() => this.#sweep(), sweepMs).unref();
    return this.#awaited.add(awaited);
  }

  delete(entry: RollEntry<Awaited>): void {
    this.#awaited.delete(entry);
  }

  #sweep(): void {
    if (this.#awaited.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const now = performance.now();
    for (const entry of this.#awaited.entries()) {
      const { value: awaited } = entry;
      if (now < awaited.deadline) continue;
      this.#awaited.delete(entry);
      awaited.onDeadline();
    }
  }
}

/** Those of the calls that this thread looks after. */
export const callDeadlines: Deadlines = new Deadlines();
