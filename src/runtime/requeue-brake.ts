import { LRUCache } from 'lru-cache';

/** How many notifications are remembered that came back, and for how long. */
const remembered = { max: 10_000, ttl: 60 * 60_000 };
/** How long one is held that comes back for the second time. */
const firstDelayMs = 50;
/** For one without an id, of which nobody knows how often it has been here. */
const anonymousDelayMs = 1_000;

/**
 * Holds back what goes back to its queue again and again, longer each time.
 *
 * oslo.messaging gives it back at once, and the broker delivers it at once: more than a hundred times in
 * 0.4 s (oslo-wire.md 16). What is held stays unacknowledged here, in one of the listener's places, so that
 * nothing is lost with this process, and where all of them are taken the whole listener is slowed down.
 */
export class RequeueBrake {
  readonly #maxDelayMs: number;
  readonly #times: LRUCache<string, number> = new LRUCache(remembered);
  /** What is held: what gives it back, and the timer that will. */
  readonly #held = new Map<() => void, NodeJS.Timeout>();

  /** @param maxDelayMs - How long one is held at the most, in milliseconds; 0 holds nothing. */
  constructor(maxDelayMs: number) {
    this.#maxDelayMs = maxDelayMs;
  }

  /**
   * Gives back, now or when its time has come.
   *
   * @param id - The message's `_unique_id`, which stays when it comes again.
   * @param redelivered - Stands in for the number of times where it has none.
   */
  requeue(id: string | undefined, redelivered: boolean, giveBack: () => void): void {
    const delayMs = Math.min(this.#delayMs(id, redelivered), this.#maxDelayMs);
    if (delayMs === 0) {
      giveBack();
      return;
    }
    const release = (): void => {
      this.#held.delete(giveBack);
      giveBack();
    };
    this.#held.set(giveBack, setTimeout(release, delayMs));
  }

  /** It was handled at last. */
  forget(id: string | undefined): void {
    if (id !== undefined) this.#times.delete(id);
  }

  /** Gives back at once what is held: nobody will be here when its time has come. */
  releaseAll(): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const [giveBack, timer] of held) {
      clearTimeout(timer);
      giveBack();
    }
  }

  #delayMs(id: string | undefined, redelivered: boolean): number {
    if (id === undefined) return redelivered ? anonymousDelayMs : 0;
    const times = this.#times.get(id) ?? 0;
    this.#times.set(id, times + 1);
    return times === 0 ? 0 : firstDelayMs * 2 ** (times - 1);
  }
}
