/** When a host is replaced though nothing is wrong with it; whichever comes first. */
export interface RecycleLimits {
  /** After so many calls; absent means never. */
  readonly calls?: number | undefined;
  /** When it has been ready for so long, in milliseconds; absent means never. */
  readonly ageMs?: number | undefined;
  /** When its JavaScript heap holds more than so many MiB; absent means never. */
  readonly heapMb?: number | undefined;
}

/** What a host has been through so far. */
interface Wear {
  readonly completed: number;
  readonly ageMs: number;
  readonly memory: { readonly heapMb: number };
}

/** Which limit a host has reached, for the log; nothing when it is as good as new. */
export function wornBy(
  { completed, ageMs, memory }: Wear,
  limits: RecycleLimits,
): string | undefined {
  const never = Number.POSITIVE_INFINITY;
  if (completed >= (limits.calls ?? never)) return `it has run ${completed} calls`;
  if (ageMs >= (limits.ageMs ?? never)) return `it is ${Math.round(ageMs / 1_000)} s old`;
  if (memory.heapMb > (limits.heapMb ?? never)) {
    return `its heap holds ${Math.round(memory.heapMb)} MiB`;
  }
  return undefined;
}
