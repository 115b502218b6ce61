import type { ChannelModel } from 'amqplib';

/** The parts of amqplib's connection that a frame passes through; they are not in its types. */
interface FrameReader {
  rest: Buffer;
  recvFrame(): unknown;
}

const frame = { headerType: 2, headBytes: 7, endBytes: 1 };
/** Where the property flags are in a content header's payload; after class, weight and body size. */
const flagsAt = 12;
/** AMQP's type tag of a byte array. */
const opaqueTag = 0x78;
const flags = { contentType: 0x8000, contentEncoding: 0x4000, headers: 0x2000 };

/**
 * Has a connection read a message whose headers amqplib can't read as one without headers.
 *
 * It reads nested tables and lists by recursion, and the broker passes on what nests some thousands
 * deep, in 40 KB: amqplib then runs out of stack, and gives up the connection. The broker would
 * deliver the message again, and nothing else would ever be received from that queue.
 */
export function surviveUnreadableHeaders(model: ChannelModel): void {
  // amqplib's border: what is not in its types is as its code of version 2.3 has it.
  const reader = model.connection as unknown as FrameReader;
  const receive = reader.recvFrame.bind(reader);
  // amqplib calls this again by itself when a frame was not complete.
  reader.recvFrame = () => {
    const { rest } = reader;
    try {
      return receive();
    } catch (error) {
      if (!withoutHeaders(rest)) throw error;
      reader.rest = rest;
      return receive();
    }
  };
}

/**
 * Overwrites the headers' table in a content header frame with a single field of opaque bytes that
 * is as long, so that no other length changes.
 *
 * @returns Whether the bytes begin with such a frame, and it has a table that can hold the field.
 */
function withoutHeaders(bytes: Buffer): boolean {
  if (bytes.length < frame.headBytes || bytes[0] !== frame.headerType) return false;
  const end = frame.headBytes + bytes.readUInt32BE(3);
  if (bytes.length < end + frame.endBytes) return false;
  let at = frame.headBytes + flagsAt;
  const present = bytes.readUInt16BE(at);
  at += 2;
  if ((present & flags.headers) === 0) return false;
  for (const flag of [flags.contentType, flags.contentEncoding]) {
    if (present & flag) at += 1 + bytes.readUInt8(at);
  }
  const tableBytes = bytes.readUInt32BE(at);
  at += 4;
  const valueBytes = tableBytes - 6; // What a field with an empty name takes besides its value.
  if (valueBytes < 0 || at + tableBytes > end) return false;
  bytes.writeUInt8(0, at);
  bytes.writeUInt8(opaqueTag, at + 1);
  bytes.writeUInt32BE(valueBytes, at + 2);
  return true;
}
