/** The messages that are being handled, by their ids, each with what waits for its end. */
export class RunningMessages {
  readonly #running = new Map<string, (() => void)[]>();

  /** @param id - Of a message without one nothing is known. */
  begin(id: string | undefined): void {
    if (id !== undefined) this.#running.set(id, []);
  }

  end(id: string | undefined): void {
    if (id === undefined) return;
    const waiting = this.#running.get(id);
    this.#running.delete(id);
    for (const goOn of waiting ?? []) goOn();
  }

  /**
   * Calls back when a message has ended.
   *
   * @returns Whether one with that id is being handled; if not, nothing is called.
   */
  whenEnded(id: string | undefined, goOn: () => void): boolean {
    const waiting = id === undefined ? undefined : this.#running.get(id);
    waiting?.push(goOn);
    return waiting !== undefined;
  }
}
