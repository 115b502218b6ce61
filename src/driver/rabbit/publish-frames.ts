/** What `basic.publish` and its content header say. */
export interface Publication {
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds, as text. */
  readonly expiration: string | undefined;
  readonly body: Buffer;
}

const frame = { method: 1, header: 2, body: 3, headBytes: 7, endBytes: 1, end: 0xce };
/** Class and method of `basic.publish`. */
const basicPublish = (60 << 16) | 40;
const mandatoryBit = 0x01;
const present = {
  contentType: 0x8000,
  contentEncoding: 0x4000,
  headers: 0x2000,
  deliveryMode: 0x1000,
  priority: 0x0800,
  expiration: 0x0100,
};
const always =
  present.contentType |
  present.contentEncoding |
  present.headers |
  present.deliveryMode |
  present.priority;
const persistent = 2;
/** The type tag of a long string. */
const longString = 0x53;
const maxShortString = 255;
/** A body up to this size is copied behind its headers, into one piece; a larger one goes as it is. */
const copiedUpTo = 16 * 1024;

/**
 * Writes a message as AMQP frames: method, content header, and as many body frames as its size takes.
 *
 * The properties are those that oslo.messaging sends, persistence and priority 0 among them. Source: AMQP
 * 0-9-1, 2.3.5 and 4.2; oslo-wire.md 4.
 *
 * @param frameMax - The largest frame that the broker takes, in bytes.
 * @returns What has to be written, in that order and with nothing of the same channel between.
 * @throws RangeError when a name is longer than the 255 bytes that AMQP has for it.
 */
export function publishFrames(channel: number, frameMax: number, message: Publication): Buffer[] {
  const { body } = message;
  const maxBody = frameMax - frame.headBytes - frame.endBytes;
  const isCopied = body.length <= Math.min(copiedUpTo, maxBody);
  const writer = new Writer(spaceFor(message) + (isCopied ? body.length : 0));
  writeMethod(writer, channel, message);
  writeHeader(writer, channel, message);
  if (isCopied) {
    if (body.length > 0) writer.frame(frame.body, channel, () => writer.bytes(body));
    return [writer.written];
  }
  const pieces = [writer.written];
  for (let at = 0; at < body.length; at += maxBody) {
    const part = body.subarray(at, at + maxBody);
    const head = new Writer(frame.headBytes);
    head.frameHead(frame.body, channel, part.length);
    pieces.push(head.written, part, frameEnd);
  }
  return pieces;
}

const frameEnd = Buffer.from([frame.end]);

function writeMethod(writer: Writer, channel: number, message: Publication): void {
  writer.frame(frame.method, channel, () => {
    writer.uint32(basicPublish);
    writer.uint16(0); // A ticket, which nobody uses any more.
    writer.shortString(message.exchange);
    writer.shortString(message.routingKey);
    writer.uint8(message.mandatory ? mandatoryBit : 0);
  });
}

function writeHeader(writer: Writer, channel: number, message: Publication): void {
  const { expiration, body } = message;
  writer.frame(frame.header, channel, () => {
    writer.uint32(basicPublish & 0xffff0000); // The class, and a weight of 0.
    writer.uint32(Math.floor(body.length / 2 ** 32));
    writer.uint32(body.length % 2 ** 32);
    writer.uint16(expiration === undefined ? always : always | present.expiration);
    writer.shortString(message.contentType);
    writer.shortString(message.contentEncoding);
    writer.sized(() => writeTable(writer, message.headers));
    writer.uint8(persistent);
    writer.uint8(0); // The priority.
    if (expiration !== undefined) writer.shortString(expiration);
  });
}

function writeTable(writer: Writer, table: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(table)) {
    writer.shortString(name);
    writer.uint8(longString);
    writer.sized(() => writer.text(table[name] ?? ''));
  }
}

/** At least as many bytes as everything but the body takes; UTF-8 has three at most for each unit. */
function spaceFor({
  exchange,
  routingKey,
  headers,
  expiration = '',
  ...message
}: Publication): number {
  let units = exchange.length + routingKey.length + expiration.length;
  units += message.contentType.length + message.contentEncoding.length;
  let fixed = 80;
  for (const name of Object.keys(headers)) {
    units += name.length + (headers[name]?.length ?? 0);
    fixed += 6;
  }
  return fixed + 3 * units;
}

/** Writes into a buffer of which it knows that it is large enough. */
class Writer {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafe(size);
  }

  get written(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  uint8(value: number): void {
    this.#at = this.#buffer.writeUInt8(value, this.#at);
  }

  uint16(value: number): void {
    this.#at = this.#buffer.writeUInt16BE(value, this.#at);
  }

  uint32(value: number): void {
    this.#at = this.#buffer.writeUInt32BE(value >>> 0, this.#at);
  }

  text(text: string): void {
    this.#at += this.#buffer.write(text, this.#at, 'utf8');
  }

  bytes(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  shortString(text: string): void {
    const start = this.#at++;
    this.text(text);
    const length = this.#at - start - 1;
    if (length > maxShortString) {
      throw new RangeError(
        `a name or property of ${length} bytes is longer than the ${maxShortString} of AMQP: ${text.slice(0, 40)}…`,
      );
    }
    this.#buffer.writeUInt8(length, start);
  }

  /** What is written, behind its size. */
  sized(write: () => void): void {
    const start = this.#at;
    this.#at += 4;
    write();
    this.#buffer.writeUInt32BE(this.#at - start - 4, start);
  }

  frameHead(type: number, channel: number, size: number): void {
    this.uint8(type);
    this.uint16(channel);
    this.uint32(size);
  }

  frame(type: number, channel: number, writePayload: () => void): void {
    this.uint8(type);
    this.uint16(channel);
    this.sized(writePayload);
    this.uint8(frame.end);
  }
}
