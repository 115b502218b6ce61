/** The last so many calls weigh as much as all that were before them. */
const lately = 16;
/** A call that keeps a host busy for so many milliseconds, or less, is not worth another's waking. */
const shortMs = 0.25;
/** Within so many milliseconds a prompt host is through with what it holds. */
export const promptMs = 4;

/** How long a host is busy with a call, as its last calls tell. */
export class Pace {
  /** How long a call keeps the host's event loop busy, in milliseconds; it may take longer, and wait. */
  #callMs = Number.POSITIVE_INFINITY;
  /** When it last said that something has ended, or was given something and had nothing else. */
  #heardAt = 0;

  /** The host had nothing, and is given a request. */
  begins(): void {
    this.#heardAt = performance.now();
  }

  /** The host has ended so many calls, and was busy for so long since it had ended one before. */
  ended(calls: number, busyMs: number): void {
    if (calls === 0) return;
    this.#heardAt = performance.now();
    const each = busyMs / calls;
    const weight = Math.min(1, calls / lately);
    const isFirst = this.#callMs === Number.POSITIVE_INFINITY;
    this.#callMs = isFirst ? each : this.#callMs + (each - this.#callMs) * weight;
  }

  /** Whether the host's calls are short, and it will be through with so many of them within {@link promptMs}. */
  isPromptWith(calls: number): boolean {
    if (this.#callMs > shortMs || calls * this.#callMs > promptMs) return false;
    // One that says nothing for that long has a call that is none of the usual ones.
    return calls === 0 || performance.now() - this.#heardAt <= promptMs;
  }
}
