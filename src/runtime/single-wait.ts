/** Waits for something once at a time, however often it is asked to. */
export class SingleWait {
  #isWaiting = false;

  /**
   * Goes on when the wait is over.
   *
   * @param wait - Must not reject.
   * @returns Whether it has begun to wait; if not, it does already, and goes on as it was told then.
   */
  begin(wait: () => Promise<void>, goOn: () => void): boolean {
    if (this.#isWaiting) return false;
    this.#isWaiting = true;
    void wait().then(() => {
      this.#isWaiting = false;
      goOn();
    });
    return true;
  }
}
