import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Keeps a number of calls outstanding for a while, and pings at a fixed rate beside them.
 *
 * A ping's time counts from when it was due, not from when it was sent: a blocked event loop that
 * sends it late would otherwise hide its own fault (coordinated omission).
 *
 * @param {object} load
 * @param {number} load.callers How many calls are outstanding: each caller waits for its reply.
 * @param {(options: { signal: AbortSignal }) => Promise<unknown>} load.call
 * @param {(options: { signal: AbortSignal }) => Promise<unknown>} load.ping
 * @param {number} load.pingEveryMs
 * @param {number} load.seconds How long calls and pings are begun; all that began are waited for.
 * @param {AbortSignal} load.signal
 * @returns {Promise<{ callsMs: number[], pingsMs: number[], elapsedMs: number }>} The time of each
 * call and ping, and how long it took until the last call was answered.
 * @throws The first failure of a call or ping, which ends all others; or the signal's reason.
 */
export async function runLoad({ callers, call, ping, pingEveryMs, seconds, signal }) {
  const failing = new AbortController();
  const ending = AbortSignal.any([signal, failing.signal]);
  // Every outstanding call listens to it, which Node would take for a leak.
  setMaxListeners(0, ending);
  const startAt = performance.now();
  const endAt = startAt + seconds * 1_000;
  const callsMs = [];
  const pingsMs = [];
  let lastReplyAt = startAt;

  const caller = async () => {
    while (!ending.aborted && performance.now() < endAt) {
      const sentAt = performance.now();
      await call({ signal: ending });
      lastReplyAt = performance.now();
      callsMs.push(lastReplyAt - sentAt);
    }
  };
  const pingDueAt = async (dueAt) => {
    await ping({ signal: ending });
    pingsMs.push(performance.now() - dueAt);
  };
  const pinger = async () => {
    const pings = [];
    for (let dueAt = startAt; !ending.aborted && dueAt < endAt; dueAt += pingEveryMs) {
      const earlyMs = dueAt - performance.now();
      // Those that are overdue go out at once, all of them.
      if (earlyMs > 0) await pause(earlyMs, undefined, { signal: ending });
      pings.push(guarded(pingDueAt(dueAt)));
    }
    await Promise.all(pings);
  };
  /** Lets the first failure end the rest; why it ended is then `ending.reason`. */
  const guarded = (promise) => promise.catch((error) => failing.abort(error));

  await Promise.all([
    guarded(pinger()),
    ...Array.from({ length: callers }, () => guarded(caller())),
  ]);
  ending.throwIfAborted();
  return { callsMs, pingsMs, elapsedMs: lastReplyAt - startAt };
}
