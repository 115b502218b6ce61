import { brotliCompressSync, deflateSync, constants as zlibConstants } from 'node:zlib';
import { InvalidOptionError } from '../errors.ts';
import { suggestion } from '../nearest-name.ts';

/** How a body can be compressed by us. */
export const compressions = ['zlib', 'brotli'] as const;

/** One of {@link compressions}. */
export type Compression = (typeof compressions)[number];

/**
 * Checks a compression that came from an option.
 *
 * @throws {@link InvalidOptionError} that says which there are.
 */
export function validCompression(compression: string | undefined): Compression | undefined {
  if (compression === undefined) return undefined;
  const known = compressions.find((candidate) => candidate === compression);
  if (known !== undefined) return known;
  throw new InvalidOptionError(
    `compression: there is no '${compression}'${suggestion(compression, compressions)}`,
  );
}

/** A body, and what its `compression` header says; nothing when it is not compressed. */
export interface CompressedBody {
  readonly body: Uint8Array;
  readonly compression?: string | undefined;
}

/** Node's default, 11, takes some fifty times as long and saves little more. */
const quickly = { params: { [zlibConstants.BROTLI_PARAM_QUALITY]: 5 } };

/**
 * Compresses a body as oslo.messaging's `kombu_compression` does.
 *
 * What kombu calls gzip is a raw zlib stream under the name `application/x-gzip`; a real gzip stream
 * is rejected by it. Source: oslo-wire.md 1.5.
 *
 * @param compression - Nothing leaves the body as it is.
 */
export function compressed(body: Uint8Array, compression: Compression | undefined): CompressedBody {
  switch (compression) {
    case undefined:
      return { body };
    case 'zlib':
      return { body: deflateSync(body), compression: 'application/x-gzip' };
    case 'brotli':
      return { body: brotliCompressSync(body, quickly), compression: 'application/x-brotli' };
    default:
      return compression satisfies never;
  }
}

/** What a message's headers say of its compression; nothing when that is no text. */
export function compressionIn(headers: Readonly<Record<string, unknown>>): string | undefined {
  // Only an own key was sent: amqplib has a header named `__proto__` set the table's prototype.
  const value = Object.hasOwn(headers, 'compression') ? headers['compression'] : undefined;
  return typeof value === 'string' ? value : undefined;
}
