/** Reads bits off bytes, the highest of each byte first. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  /** How many bits of the byte at the position have been read. */
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * Reads up to 32 bits as an integer, or goes on to the next whole byte when `count` is null.
   * It is bound: it can be handed over by itself.
   *
   * @throws Error when there are not so many left.
   */
  readonly read = (count: number | null): number => {
    if (count === null) {
      if (this.#offset > 0) this.#position += 1;
      this.#offset = 0;
      return 0;
    }
    let value = 0;
    for (let missing = count; missing > 0; ) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw new Error('unexpected end of the compressed data');
      const taken = Math.min(missing, 8 - this.#offset);
      const rest = 8 - this.#offset - taken;
      value = (value << taken) | ((byte >> rest) & ((1 << taken) - 1));
      missing -= taken;
      this.#offset = rest === 0 ? 0 : this.#offset + taken;
      if (rest === 0) this.#position += 1;
    }
    return value;
  };

  /** Whether the whole bytes from here on begin with a text of ASCII. */
  isAt(text: string): boolean {
    const end = this.#position + text.length;
    return Buffer.from(this.#bytes.subarray(this.#position, end)).equals(Buffer.from(text));
  }
}
