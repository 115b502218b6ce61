import * as zlib from 'node:zlib';
import { MalformedMessage } from '../errors.ts';
import { shortened } from '../log.ts';
import { bunzip2 } from './bunzip2.ts';

/** A body that can be parsed now, if it is a message at all. */
export interface PlainBody {
  readonly body: Uint8Array;
  /** Why the body was left as it came although it is said to be compressed. */
  readonly remark: string | undefined;
}

type Decoder = (body: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** Node has it from 22.15 on. */
const zstd: unknown = Reflect.get(zlib, 'zstdDecompressSync');

/** By the names that kombu gives them, its aliases included. What it calls gzip is a zlib stream. */
const decoders: ReadonlyMap<string, Decoder> = new Map([
  ...named(zlib.inflateSync, 'application/x-gzip', 'gzip', 'zlib'),
  ...named(bunzip2, 'application/x-bz2', 'bzip2', 'bzip'),
  ...named(zlib.brotliDecompressSync, 'application/x-brotli', 'brotli'),
  ...(typeof zstd === 'function'
    ? named(zstd as Decoder, 'application/zstd', 'zstd', 'zstandard')
    : []),
]);

/**
 * Undoes a body's compression.
 *
 * A body that can't be decompressed is left as it is: it may be plain under a wrong or an unknown
 * header, which kombu takes. It is the parser that refuses what is compressed in truth; the remark
 * says why it could not be otherwise. LZMA ends that way too: there is no decoder of it that would do.
 * Source: oslo-wire.md 5.
 *
 * @param compression - What the header says.
 * @throws {@link MalformedMessage} when more than `maxBodyBytes` come out.
 */
export function decompressed(
  body: Uint8Array,
  compression: string | undefined,
  maxBodyBytes: number,
): PlainBody {
  if (!compression) return { body, remark: undefined };
  const decode = decoders.get(compression);
  if (decode === undefined) {
    return { body, remark: `there is no decoder for its compression, '${shortened(compression)}'` };
  }
  try {
    return { body: decode(body, { maxOutputLength: maxBodyBytes }), remark: undefined };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new MalformedMessage(`body is larger than ${maxBodyBytes} bytes when decompressed`, {
        cause: error,
      });
    }
    // Whatever else a decoder throws says that these are no bytes of its kind.
    return {
      body,
      remark: `its compression is not '${shortened(compression)}', as its header says`,
    };
  }
}

function named(decoder: Decoder, ...names: readonly string[]): [string, Decoder][] {
  return names.map((name) => [name, decoder]);
}
