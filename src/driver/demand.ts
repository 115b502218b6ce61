/**
 * Whether whoever sends a message still wants it sent. It costs a signal only where somebody has to wait
 * for a connection, which nearly nobody has to.
 */
export class Demand {
  /** Whether it was published, so that nobody can tell whether it is delivered before it is confirmed. */
  isPublished = false;
  #isOver = false;
  #ending: AbortController | undefined;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Aborts when it is over. */
  get signal(): AbortSignal {
    this.#ending ??= new AbortController();
    if (this.#isOver) this.#ending.abort();
    return this.#ending.signal;
  }

  end(): void {
    this.#isOver = true;
    this.#ending?.abort();
  }
}
