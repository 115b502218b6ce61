/**
 * Writes a time as `str()` of a naive UTC datetime: a blank, six digits of fraction, no zone; and no
 * fraction at all on a full second. Source: oslo-wire.md 16.
 */
export function pythonTimestamp(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('.000Z', '').replace('Z', '000');
}
