import { type Deferred, deferred, waitFor } from '../../waiting.ts';
import type { RetryOptions } from '../driver.ts';

interface Waiting<T> {
  /** How many more failed attempts are borne. */
  retriesLeft: number;
  readonly arrived: Deferred<T>;
}

/**
 * Those who wait for something that may take long to come, each for as long, and through as many failed
 * attempts, as it will. Who has given up leaves nothing here, however long the rest still wait.
 */
export class Arrivals<T> {
  readonly #waiting = new Set<Waiting<T>>();

  /**
   * Waits for the next arrival, and fails with an attempt's reason once more than `retry` have failed.
   *
   * @param what - Completes the sentence `timed out after N ms waiting for …`.
   */
  async wait(what: string, { retry, ...options }: RetryOptions): Promise<T> {
    const waiting = { retriesLeft: retry ?? Number.POSITIVE_INFINITY, arrived: deferred<T>() };
    this.#waiting.add(waiting);
    try {
      return await waitFor(waiting.arrived.promise, what, options);
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  /** It is there. */
  arrived(value: T): void {
    for (const { arrived } of this.#takeAll()) arrived.resolve(value);
  }

  /** It will not come. */
  failed(reason: unknown): void {
    for (const { arrived } of this.#takeAll()) arrived.reject(reason);
  }

  /** An attempt has failed, and another will be made. */
  tried(reason: Error): void {
    for (const waiting of this.#waiting) {
      if (waiting.retriesLeft-- <= 0) waiting.arrived.reject(reason);
    }
  }

  #takeAll(): Waiting<T>[] {
    const all = [...this.#waiting];
    this.#waiting.clear();
    return all;
  }
}
