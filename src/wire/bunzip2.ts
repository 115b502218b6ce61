import { createRequire } from 'node:module';
import { BitReader } from './bit-reader.ts';
import { BoundedOutput } from './bounded-output.ts';

/**
 * The block decoder of `unbzip2-stream`. Its streaming front has no limit within a block, and 80
 * bytes can hold a block of 46 MB; beneath that, bytes go out one by one and can be refused.
 */
interface BlockDecoder {
  /** Reads a stream's header: the size of its blocks, in units of 100,000 bytes. */
  header(bits: BitReader['read']): number;
  /** Reads a block, or a stream's end: the checksum so far, or null at the end. */
  decompress(
    bits: BitReader['read'],
    write: (byte: number) => void,
    block: Int32Array,
    blockBytes: number,
    checksum: number,
  ): number | null;
}

const maxBlockBytes = 900_000;
/** Five bytes of a block are at least four of output: what runs have, and their length. */
const blockBytesPerByte = 1.25;
/** What the decoder says of a block that does not fit. Its errors have no other mark. */
const doesNotFit = /^(Boom\.|I can't think of|Initial position larger than buffer)/;

/**
 * A block takes time even if it is empty; streams of many small ones are nobody's honest work. So
 * much of the limit on output counts as used up by each, beyond some that are free.
 */
const leastBytesOfBlock = 1024;
const freeBlocks = 100;

let tools: { readonly decoder: BlockDecoder; readonly block: Int32Array } | undefined;

/**
 * Decompresses bzip2, one stream or several. What follows them is ignored if it does not begin as a
 * stream does, as Python's `bz2.decompress` has it.
 *
 * The first call on a thread loads the decoder and allocates its block of 3.6 MB, which is kept.
 * The work is bounded by the sizes of the body and of the output.
 *
 * @param maxOutputLength - How many bytes may come out.
 * @throws Error with the code `ERR_BUFFER_TOO_LARGE`, as `node:zlib` does, when more would come out;
 * without a code for what is corrupt, truncated or no bzip2.
 */
export function bunzip2(
  body: Uint8Array,
  { maxOutputLength }: { readonly maxOutputLength: number },
): Uint8Array {
  tools ??= loadedTools();
  const { decoder, block } = tools;
  const bits = new BitReader(body);
  const output = new BoundedOutput(4 * body.length, maxOutputLength);
  let blocksLeft = freeBlocks + maxOutputLength / leastBytesOfBlock;
  do {
    const sizeOfBlocks = 100_000 * decoder.header(bits.read);
    // A block that is too large for the limit is found to be so before it is expanded.
    const room = Math.min(sizeOfBlocks, Math.ceil(maxOutputLength * blockBytesPerByte));
    let checksum: number | null = 0;
    while (checksum !== null) {
      if (blocksLeft-- <= 0) throw new Error('bzip2 of too many blocks');
      try {
        checksum = decoder.decompress(bits.read, output.write, block, room, checksum);
      } catch (error) {
        const isCut = room < sizeOfBlocks && error instanceof Error;
        throw isCut && doesNotFit.test(error.message) ? output.tooLarge(error) : error;
      }
    }
  } while (bits.isAt('BZh'));
  return output.bytes;
}

function loadedTools(): NonNullable<typeof tools> {
  // No part of the package's public interface, which is why package.json has its exact version.
  const decoder: BlockDecoder = createRequire(import.meta.url)('unbzip2-stream/lib/bzip2.js');
  return { decoder, block: new Int32Array(maxBlockBytes) };
}
