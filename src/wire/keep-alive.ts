/** The longest `_timeout` that is believed, in seconds: a day. */
const longestTimeout = 24 * 60 * 60;

/**
 * Says how often a caller that monitors its call wants a keep-alive.
 *
 * Python sends one every half of `_timeout` seconds, truncated to a whole number, and none below 2 s;
 * a caller that polls its replies needs it half a second before the time is up, and one that says
 * 1 s is served too. Source: oslo-wire.md 10 and 22.
 *
 * @param timeout - `_timeout` as it stood in the request.
 * @returns Milliseconds; nothing when the caller does not monitor, or its time-out is no number.
 */
export function keepAliveIntervalMs(timeout: unknown): number | undefined {
  const seconds = believedSeconds(timeout);
  return seconds === undefined ? undefined : Math.min(seconds / 2, seconds - 0.5) * 1000;
}

/**
 * How long a caller that monitors its call lets the server be silent, in milliseconds.
 *
 * @param timeout - `_timeout` as it stood in the request.
 */
export function clientTimeoutMs(timeout: unknown): number | undefined {
  const seconds = believedSeconds(timeout);
  return seconds === undefined ? undefined : seconds * 1000;
}

function believedSeconds(timeout: unknown): number | undefined {
  if (typeof timeout !== 'number' && typeof timeout !== 'string') return undefined;
  const seconds = Math.trunc(Number(timeout));
  return seconds >= 1 ? Math.min(seconds, longestTimeout) : undefined;
}
