import { MalformedMessage } from '../errors.ts';
import { maxWrittenDepth } from './careful-json-writer.ts';
import { msgpackr } from './configured-msgpackr.ts';
import { scanMsgpack } from './msgpack-scan.ts';
import { packable } from './msgpack-values.ts';

/** What msgpackr writes into at first, and again after a value that took more than is kept. */
const firstBufferBytes = 8 * 1024;
const keptBufferBytes = 1024 * 1024;

/**
 * Writes a value as MessagePack; what {@link decodeMsgpack} would not read is not written.
 *
 * @throws TypeError for what has no form on the wire, see {@link packable}, and for what costs its reader
 * too much, see {@link scanMsgpack}.
 */
export function encodeMsgpack(value: unknown): Buffer {
  const bytes = packed(packable(value));
  try {
    scanMsgpack(bytes, maxWrittenDepth);
  } catch (cause) {
    throw new TypeError(`a value has no form on the wire: ${(cause as Error).message}`, { cause });
  }
  return bytes;
}

/**
 * Reads one MessagePack value, as {@link encodeMsgpack} writes it: `undefined`, `bigint` of up to
 * 4,300 digits, `Date`, `Map`, `Set` and `Uint8Array` are what they were.
 *
 * @throws {@link MalformedMessage} for all other bytes.
 */
export function decodeMsgpack(bytes: Uint8Array, maxDepth: number): unknown {
  scanMsgpack(bytes, maxDepth);
  // A view of its own: msgpackr adds a property to what it reads, and slices bytes of the same class.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { unpackr } = msgpackr();
  try {
    return unpackr.unpack(view);
  } catch (cause) {
    throw new MalformedMessage('bytes are no MessagePack', { cause });
  }
}

/** Writes into memory that the next value is not written over: a copy, or the whole of a large buffer. */
function packed(value: unknown): Buffer {
  const { packr, resetBuffer } = msgpackr();
  const bytes = packr.pack(value, resetBuffer);
  if (bytes.buffer.byteLength <= keptBufferBytes) return Buffer.from(bytes);
  packr.useBuffer(Buffer.allocUnsafeSlow(firstBufferBytes));
  return bytes;
}
