import { type Log, shortened } from '../log.ts';
import type { Delivery } from './delivery.ts';

/** From which part of the broker's patience on a call is told of. */
const warnAt = 0.8;
const longestCheckMs = 60_000;

/** What {@link LongCalls} look at. */
export interface LongCallsOptions {
  /** What is not acknowledged yet, the oldest first. */
  readonly running: () => Iterable<Delivery>;
  /** How long the broker bears with a message that is not acknowledged, in milliseconds. */
  readonly consumerTimeoutMs: number;
  /** The message's `_unique_id`. */
  readonly idOf: (delivery: Delivery) => string | undefined;
  readonly log: Log;
}

/**
 * Tells, once each, of calls that run for so long that the broker is about to take them away.
 *
 * RabbitMQ closes the channel of a consumer that leaves a message unacknowledged for its
 * `consumer_timeout`, half an hour by default, and delivers everything on it again. It says nothing before.
 */
export class LongCalls {
  readonly #of: LongCallsOptions;
  readonly #told = new WeakSet<Delivery>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: LongCallsOptions) {
    this.#of = options;
    const everyMs = Math.min(longestCheckMs, options.consumerTimeoutMs * (1 - warnAt) * 0.25);
    this.#timer = setInterval(() => this.#check(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const { running, consumerTimeoutMs, idOf, log } = this.#of;
    const now = performance.now();
    for (const delivery of running()) {
      const heldMs = Math.round(now - delivery.message.arrivedAt);
      if (heldMs < warnAt * consumerTimeoutMs) return;
      if (this.#told.has(delivery)) continue;
      this.#told.add(delivery);
      const id = idOf(delivery);
      log.warn(
        { uniqueId: id && shortened(id), heldMs, consumerTimeoutMs },
        "a call runs for nearly as long as the broker's consumer timeout, and would be delivered again",
      );
    }
  }
}
