import type { Log } from '../log.ts';

/** How often it is said, in milliseconds, that replies have no room: under load there may be some, and none, many times a second. */
const warnAgainMs = 5_000;

/** Says that calls have to wait as the broker does not take the replies to others, and not too often. */
export class NoRoomWarning {
  readonly #log: Log;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
  }

  tell(): void {
    const now = performance.now();
    if (now - this.#warnedAt < warnAgainMs) return;
    this.#warnedAt = now;
    this.#log.warn({}, 'too many messages wait for the broker; calls have to wait, too');
  }
}
