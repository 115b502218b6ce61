import { present, readUint64 } from './amqp.ts';

/** What a delivered message's content header says, as far as anybody here wants to know. */
export interface ContentHeader {
  /** The size of the body, in bytes. */
  readonly bodyBytes: number;
  readonly contentType: string | undefined;
  /** Milliseconds, as the sender wrote them. */
  readonly expiration: string | undefined;
  /** Whether its table of headers has anything in it. */
  readonly hasHeaders: boolean;
}

/** Class and weight. */
const beforeSize = 4;

/**
 * Reads the payload of a content header frame.
 *
 * @param start - Where the payload begins.
 * @param end - Where it ends.
 * @throws RangeError when what it announces is beyond its end.
 */
export function readContentHeader(bytes: Buffer, start: number, end: number): ContentHeader {
  let at = start + beforeSize;
  const bodyBytes = readUint64(bytes, at);
  at += 8;
  const flags = bytes.readUInt16BE(at);
  at += 2;
  const shortString = (): string => {
    const length = bytes.readUInt8(at);
    const text = bytes.toString('latin1', at + 1, Math.min(end, at + 1 + length));
    at += 1 + length;
    return text;
  };
  const contentType = flags & present.contentType ? shortString() : undefined;
  if (flags & present.contentEncoding) at += 1 + bytes.readUInt8(at);
  let tableBytes = 0;
  if (flags & present.headers) {
    tableBytes = bytes.readUInt32BE(at);
    at += 4 + tableBytes;
  }
  if (flags & present.deliveryMode) at += 1;
  if (flags & present.priority) at += 1;
  if (flags & present.correlationId) at += 1 + bytes.readUInt8(at);
  if (flags & present.replyTo) at += 1 + bytes.readUInt8(at);
  const expiration = flags & present.expiration ? shortString() : undefined;
  if (at > end) throw new RangeError('a content header is longer than its frame');
  return { bodyBytes, contentType, expiration, hasHeaders: tableBytes > 0 };
}
