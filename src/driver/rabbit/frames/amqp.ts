/** AMQP 0-9-1's numbers, as far as we write or read frames ourselves. Source: AMQP 0-9-1, 2.3.5 and 4.2. */
export const frame = { method: 1, header: 2, body: 3, headBytes: 7, endBytes: 1, end: 0xce };

/** Class and method, two bytes each. */
export const methods = {
  publish: 0x003c0028,
  deliver: 0x003c003c,
  ack: 0x003c0050,
  reject: 0x003c005a,
  nack: 0x003c0078,
};

/** Which properties a content header has; they stand in this order. */
export const present = {
  contentType: 0x8000,
  contentEncoding: 0x4000,
  headers: 0x2000,
  deliveryMode: 0x1000,
  priority: 0x0800,
  correlationId: 0x0400,
  replyTo: 0x0200,
  expiration: 0x0100,
};

/** What a name or another short string takes at the most, in bytes. */
export const maxShortString = 255;

const twoTo32 = 2 ** 32;

/** Reads a number of 64 bits; one that a `number` can't hold is rounded. */
export function readUint64(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * twoTo32 + bytes.readUInt32BE(at + 4);
}

/** Writes a number of 64 bits; returns where it ends. */
export function writeUint64(bytes: Buffer, at: number, value: number): number {
  bytes.writeUInt32BE(Math.floor(value / twoTo32), at);
  return bytes.writeUInt32BE(value % twoTo32, at + 4);
}
