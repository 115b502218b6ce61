import { setTimeout as pause } from 'node:timers/promises';

/** More than anybody takes of a queue in a millisecond. */
const mostPerMs = 200;
/** A window ends when what waits might not last for this long. */
const leastMs = 25;

/**
 * Waits while a queue is emptied: for the time of a window, or until the queue is almost empty. There is
 * always something to do in it, so that a rate over the time that it really lasted is a true one.
 *
 * @param {() => Promise<number>} left How many wait still; what the listener holds already is not among them.
 * @param {number} windowMs
 * @returns {Promise<boolean>} Whether it is good for a rate: it lasted for at least half of its time, and
 * the queue was never empty.
 */
export async function queueWindow(left, windowMs) {
  const startedAt = performance.now();
  for (;;) {
    const waiting = await left();
    const lastedMs = performance.now() - startedAt;
    const safeMs = waiting / mostPerMs;
    if (lastedMs >= windowMs || safeMs < leastMs) return waiting > 0 && lastedMs >= windowMs / 2;
    // The emptier it is, the sooner: of a full one the broker is asked a few times a second only.
    await pause(Math.min(windowMs - lastedMs, safeMs));
  }
}
