import { type Deferred, pause } from '../../waiting.ts';
import type { Demand } from '../demand.ts';
import type { OutgoingMessage } from '../driver.ts';
import type { Route } from './topology.ts';

/** A message that its connection does not get confirmed. */
export interface Doubted {
  readonly route: Route;
  readonly message: OutgoingMessage;
  readonly mandatory: boolean;
  /** Whether its sender still waits; absent when it does in any case. */
  readonly demand: Demand | undefined;
  /** Settles when its connection has confirmed it after all, has refused it for good, or has ended. */
  readonly confirmed: Deferred<void>;
}

/** Other connections, by which a message can be tried. */
export interface Elsewhere {
  /** Publishes it over one that is for this alone; rejects unless that gets it confirmed. */
  publish(doubted: Doubted, signal: AbortSignal): Promise<void>;
  /** The longest of the pauses between tries: the first, and all. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

/**
 * Finds out whether a message is not confirmed because of the connection that it was published over.
 *
 * A quorum queue that loses its leader does not serve every channel alike. RabbitMQ tells a channel of the
 * next leader that had published before; one that is opened meanwhile may wait for the host that is gone
 * (until `net_ticktime` on 3.10, some seconds on 4) or have everything refused from then on (3.10 to 3.12).
 * So neither staying nor leaving is right each time, and a connection is left when another has done better.
 */
export class SecondOpinion {
  readonly #elsewhere: Elsewhere;
  #isSought = false;

  constructor(elsewhere: Elsewhere) {
    this.#elsewhere = elsewhere;
  }

  /**
   * Tries what is doubted elsewhere, one message at a time, until one is confirmed there: that one is the
   * result. Ends without one when nothing is doubted any more, or when it is under way already.
   *
   * @param next - What to try, of that which is doubted then; gets how often each routing key was.
   */
  async seek<T extends Doubted>(
    next: (tries: ReadonlyMap<string, number>) => T | undefined,
  ): Promise<T | undefined> {
    if (this.#isSought) return undefined;
    this.#isSought = true;
    const tries = new Map<string, number>();
    try {
      for (let attempt = 0; ; attempt++) {
        const doubted = next(tries);
        if (doubted === undefined) return undefined;
        const { routingKey } = doubted.route;
        tries.set(routingKey, (tries.get(routingKey) ?? 0) + 1);
        if (await this.#isConfirmed(doubted, attempt)) return doubted;
      }
    } finally {
      this.#isSought = false;
    }
  }

  /** Ends as soon as there is nothing to find out any more. A try that fails is followed by a pause. */
  async #isConfirmed(doubted: Doubted, attempt: number): Promise<boolean> {
    const settled = new AbortController();
    const onSettled = (): void => settled.abort();
    doubted.confirmed.promise.then(onSettled, onSettled);
    try {
      await this.#elsewhere.publish(doubted, settled.signal);
      return true;
    } catch {
      // Nobody does better: what the message's own connection says of it is what its sender is told.
      const { firstPauseMs, maxPauseMs } = this.#elsewhere;
      const longestMs = Math.min(maxPauseMs, firstPauseMs * 2 ** attempt);
      await pause(Math.random() * longestMs, settled.signal);
      return false;
    }
  }
}
