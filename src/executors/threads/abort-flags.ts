import { type CancelReason, cancelReasons } from '../../cancel-reason.ts';

/**
 * Why the calls in a host's places are to stop, in memory that the runtime's thread shares with the
 * host's: read there, it needs no message, so it is seen by a method that never lets one in.
 */
export class AbortFlags {
  /** Crosses threads as it is. */
  readonly memory: SharedArrayBuffer;
  readonly #flags: Int32Array;

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#flags = new Int32Array(memory);
  }

  /** Makes the flags of a host with so many places, all down. */
  static make(places: number): AbortFlags {
    return new AbortFlags(new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT));
  }

  /** The same flags on the other side. */
  static in(memory: SharedArrayBuffer): AbortFlags {
    return new AbortFlags(memory);
  }

  read(place: number): CancelReason | undefined {
    return cancelReasons[Atomics.load(this.#flags, place) - 1];
  }

  /** `undefined` takes the flag down. */
  write(place: number, reason: CancelReason | undefined): void {
    Atomics.store(this.#flags, place, reason === undefined ? 0 : cancelReasons.indexOf(reason) + 1);
  }
}
