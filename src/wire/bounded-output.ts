/** Bytes that are written one by one, up to a limit. */
export class BoundedOutput {
  readonly #maxBytes: number;
  #buffer: Buffer;
  #length = 0;

  /**
   * @param expectedBytes - How many to make room for at first.
   * @param maxBytes - How many may be written.
   */
  constructor(expectedBytes: number, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#buffer = Buffer.allocUnsafe(Math.min(Math.max(expectedBytes, 1), maxBytes));
  }

  /** What was written. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /**
   * Writes one byte. It is bound: it can be handed over by itself.
   *
   * @throws what {@link tooLarge} makes, when there are `maxBytes` already.
   */
  readonly write = (byte: number): void => {
    if (this.#length === this.#buffer.length) this.#grow();
    this.#buffer[this.#length] = byte;
    this.#length += 1;
  };

  /** An error that says that more than `maxBytes` would be written, with the code that zlib's has. */
  tooLarge(cause?: Error): Error {
    const error = new RangeError(`cannot write more than ${this.#maxBytes} bytes`, { cause });
    return Object.assign(error, { code: 'ERR_BUFFER_TOO_LARGE' });
  }

  #grow(): void {
    if (this.#length >= this.#maxBytes) throw this.tooLarge();
    const larger = Buffer.allocUnsafe(Math.min(2 * this.#length, this.#maxBytes));
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}
