import { LRUCache } from 'lru-cache';
import { HostCrashed } from '../errors.ts';

/** How many messages are remembered that were there when a host crashed, and for how long. */
const remembered = { max: 10_000, ttl: 60 * 60_000 };

/**
 * Counts how many hosts each message has taken with it, so that one that does so every time ends.
 *
 * The broker's own count differs by version, by queue type and by verb; this one is by `_unique_id`,
 * which a redelivery keeps, and of this process.
 */
export class Crashes {
  readonly #max: number;
  readonly #byId: LRUCache<string, number> = new LRUCache(remembered);

  /** @param max - How many crashes set a message aside. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Whether a message was there when a host crashed: if it is so again, it is to be known whose doing it is. */
  isSuspect(id: string | undefined): boolean {
    return id !== undefined && this.#byId.has(id);
  }

  /** Whether the host crashed; one that was killed for another call, or stopped, is no message's fault. */
  isCrash(error: Error): boolean {
    return error instanceof HostCrashed && error.kind !== 'terminated';
  }

  /**
   * Counts a message that was lost in a host.
   *
   * @param redelivered - Stands in for the count where a message has no id.
   * @returns Whether it has now taken as many hosts with it as it may.
   */
  isTooMany(id: string | undefined, error: Error, redelivered: boolean): boolean {
    if (!this.isCrash(error)) return false;
    if (id === undefined) return redelivered || this.#max <= 1;
    const count = (this.#byId.get(id) ?? 0) + 1;
    this.#byId.set(id, count);
    return count >= this.#max;
  }
}
