/** The messages that are being handled, by their ids, each with what waits for its end. */
export class RunningMessages {
  readonly #running = new Map<string, (() => void)[] | undefined>();

  /** @param id - Of a message without one nothing is known. */
  begin(id: string | undefined): void {
    if (id !== undefined) this.#running.set(id, undefined);
  }

  end(id: string | undefined): void {
    if (id === undefined) return;
    const waiting = this.#running.get(id);
    this.#running.delete(id);
    if (waiting !== undefined) for (const goOn of waiting) goOn();
  }

  /**
   * Calls back when a message has ended.
   *
   * @returns Whether one with that id is being handled; if not, nothing is called.
   */
  whenEnded(id: string | undefined, goOn: () => void): boolean {
    if (id === undefined || !this.#running.has(id)) return false;
    const waiting = this.#running.get(id);
    if (waiting === undefined) this.#running.set(id, [goOn]);
    else waiting.push(goOn);
    return true;
  }
}
