import ms from 'ms';

/** The longest that Node's timers can wait: 24 days. */
const longestMs = 2_147_483_647;

/** Reads a duration as people write it, such as `500ms`, `2s` or `1.5 m`; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  // Seconds are oslo.messaging's unit and milliseconds are Node's: a bare number is anybody's guess.
  if (!/^\d*\.?\d+ ?[a-z]+$/i.test(text) || text.length > 30) return undefined;
  const parsed: unknown = ms(text as ms.StringValue);
  return typeof parsed === 'number' && parsed > 0 && parsed <= longestMs ? parsed : undefined;
}

/** Writes a duration for people: `0.85 ms`, `180 ms`, `1.3 s`, `75 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 10) return `${Number(durationMs.toPrecision(2))} ms`;
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  const seconds = durationMs / 1000;
  return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
}

/** Rounds to microseconds, which is more than the clock is good for. */
export function roundedMs(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
