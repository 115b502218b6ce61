import type { IncomingMessage } from '../driver/driver.ts';
import { longestTimerMs } from '../waiting.ts';

/** A notification that waits, or is handled. */
export interface NotificationDelivery {
  readonly message: IncomingMessage;
  /** Its `_unique_id`, where a scan has found it. */
  readonly id: string | undefined;
  /** Whether it is to be handled by itself: it was there when a host crashed. */
  readonly alone: boolean;
}

/** When a batch is whole. */
export interface BatchLimits {
  /** How many it has at the most. */
  readonly size: number;
  /** How long the first of it waits for the others, in milliseconds. */
  readonly timeoutMs: number;
}

/** Notifications that wait for a free slot, in their order, taken one by one or in batches. */
export class WaitingNotifications {
  readonly #limits: BatchLimits;
  readonly #onDue: () => void;
  readonly #waiting: NotificationDelivery[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onDue - Called when the time of a batch is up that was not whole when it was looked for. */
  constructor(limits: BatchLimits, onDue: () => void) {
    this.#limits = limits;
    this.#onDue = onDue;
  }

  add(delivery: NotificationDelivery): void {
    this.#waiting.push(delivery);
  }

  /** Puts one in front of all others. */
  putBack(delivery: NotificationDelivery): void {
    this.#waiting.unshift(delivery);
  }

  /** Takes the next batch; nothing when none is whole yet, or none waits. */
  next(): NotificationDelivery[] {
    const [first] = this.#waiting;
    if (first === undefined) return [];
    if (first.alone) return this.#waiting.splice(0, 1);
    const { size, timeoutMs } = this.#limits;
    let count = 1;
    while (count < size && this.#waiting[count]?.alone === false) count++;
    const isCut = this.#waiting[count] !== undefined;
    const restMs = first.message.arrivedAt + timeoutMs - performance.now();
    if (count < size && !isCut && restMs > 0) {
      this.#wakeAfter(restMs);
      return [];
    }
    return this.#waiting.splice(0, count);
  }

  /** Takes all, and lets no time be up any more. */
  clear(): NotificationDelivery[] {
    clearTimeout(this.#timer);
    return this.#waiting.splice(0);
  }

  #wakeAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onDue, Math.min(Math.ceil(ms), longestTimerMs));
  }
}
