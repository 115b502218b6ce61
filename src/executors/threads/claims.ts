const nobody = -1;
/** Ids count up for ever; a cell holds one of 32 bits. Two that are alike are never there together. */
const idMask = 0x3fff_ffff;

/**
 * Whose the requests in a host's places are, in memory that the runtime's thread shares with the host's:
 * one that waits there can be taken back while the host computes, and is never run by two.
 */
export class Claims {
  /** Crosses threads as it is. */
  readonly memory: SharedArrayBuffer;
  readonly #owed: Int32Array;

  private constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#owed = new Int32Array(memory);
  }

  /** Makes those of a host with so many places, all empty. */
  static make(places: number): Claims {
    const claims = new Claims(new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT));
    claims.#owed.fill(nobody);
    return claims;
  }

  /** The same claims on the other side. */
  static in(memory: SharedArrayBuffer): Claims {
    return new Claims(memory);
  }

  /** A request is sent to a place; whoever is first to {@link take} it has it. */
  offer(place: number, id: number): void {
    Atomics.store(this.#owed, place, id & idMask);
  }

  /** @returns Whether it is now the taker's; not if the other side has it. */
  take(place: number, id: number): boolean {
    const owed = id & idMask;
    return Atomics.compareExchange(this.#owed, place, owed, nobody) === owed;
  }
}
