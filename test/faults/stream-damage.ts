/** Who writes a stream of bytes. */
export type Writer = 'client' | 'broker';

/** What becomes of one byte of a stream. */
export interface Damage {
  /** It does not come, nor does anything after it; or it comes with one bit changed. */
  readonly how: 'cut' | 'flip';
  readonly by: Writer;
  /** How many bytes of its stream come before it. */
  readonly at: number;
}

/** The bytes, with one bit of one of them changed. */
export function flipped(bytes: Buffer, index: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(bytes.readUInt8(index) ^ (1 << bit), index);
  return copy;
}
