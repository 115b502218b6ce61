/** Watches a call whose server is to say now and then that it is still running. */
export class Silence {
  readonly #timer: NodeJS.Timeout;

  /** @param onTooLong - Called once, when nothing was heard for as long as is allowed. */
  constructor(allowedMs: number, onTooLong: () => void) {
    this.#timer = setTimeout(onTooLong, allowedMs);
  }

  /** Something was heard: the time begins anew. */
  broken(): void {
    this.#timer.refresh();
  }

  /** Watches no longer. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
