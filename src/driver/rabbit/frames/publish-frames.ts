import { frame, maxShortString, methods, present } from './amqp.ts';

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

const mandatoryBit = 0x01;
const always =
  present.contentType |
  present.contentEncoding |
  present.headers |
  present.deliveryMode |
  present.priority;
const persistent = 2;
/** The type tag of a long string. */
const longString = 0x53;
/** Up to this length a text is written character by character: to call Node for it takes longer. */
const shortText = 24;

/**
 * At least as many bytes as {@link writePublish} writes; UTF-8 has three at most for each unit.
 */
export function spaceForPublish({
  exchange,
  routingKey,
  headers,
  expiration = '',
  contentType,
  contentEncoding,
}: Publication): number {
  let units = exchange.length + routingKey.length + expiration.length;
  units += contentType.length + contentEncoding.length;
  let fixed = 80;
  for (const name of Object.keys(headers)) {
    units += name.length + (headers[name]?.length ?? 0);
    fixed += 6;
  }
  return fixed + 3 * units;
}

/**
 * Writes the two frames that come before a message's body: method and content header.
 *
 * The properties are those that oslo.messaging sends, persistence and priority 0 among them. Source: AMQP
 * 0-9-1, 2.3.5 and 4.2; oslo-wire.md 4.
 *
 * @param at - Where in the buffer they begin.
 * @returns Where they end.
 * @throws RangeError when a name is longer than the 255 bytes that AMQP has for it.
 */
export function writePublish(
  buffer: Buffer,
  at: number,
  channel: number,
  message: Publication,
): number {
  return writeHeader(buffer, writeMethod(buffer, at, channel, message), channel, message);
}

/** Writes what comes before the payload of a frame; returns where that begins. */
export function writeFrameHead(
  buffer: Buffer,
  at: number,
  type: number,
  channel: number,
  size: number,
): number {
  buffer[at] = type;
  buffer.writeUInt16BE(channel, at + 1);
  return buffer.writeUInt32BE(size, at + 3);
}

function writeMethod(
  buffer: Buffer,
  start: number,
  channel: number,
  { exchange, routingKey, mandatory }: Publication,
): number {
  let at = buffer.writeUInt32BE(methods.publish, start + frame.headBytes);
  at = buffer.writeUInt16BE(0, at); // A ticket, which nobody uses any more.
  at = writeShortString(buffer, at, exchange);
  at = writeShortString(buffer, at, routingKey);
  buffer[at] = mandatory ? mandatoryBit : 0;
  return writeFrameAround(buffer, start, frame.method, channel, at + 1);
}

function writeHeader(
  buffer: Buffer,
  start: number,
  channel: number,
  { expiration, body, headers, contentType, contentEncoding }: Publication,
): number {
  let at = buffer.writeUInt32BE(methods.publish & 0xffff0000, start + frame.headBytes);
  at = buffer.writeUInt32BE(Math.floor(body.length / 2 ** 32), at);
  at = buffer.writeUInt32BE(body.length % 2 ** 32, at);
  at = buffer.writeUInt16BE(expiration === undefined ? always : always | present.expiration, at);
  at = writeShortString(buffer, at, contentType);
  at = writeShortString(buffer, at, contentEncoding);
  at = writeTable(buffer, at, headers);
  buffer[at] = persistent;
  buffer[at + 1] = 0; // The priority.
  at += 2;
  if (expiration !== undefined) at = writeShortString(buffer, at, expiration);
  return writeFrameAround(buffer, start, frame.header, channel, at);
}

/** Head and end of a frame whose payload has been written up to `end`; returns where the frame ends. */
function writeFrameAround(
  buffer: Buffer,
  start: number,
  type: number,
  channel: number,
  end: number,
): number {
  writeFrameHead(buffer, start, type, channel, end - start - frame.headBytes);
  buffer[end] = frame.end;
  return end + frame.endBytes;
}

function writeTable(
  buffer: Buffer,
  start: number,
  table: Readonly<Record<string, string>>,
): number {
  let at = start + 4;
  for (const name of Object.keys(table)) {
    at = writeShortString(buffer, at, name);
    buffer[at] = longString;
    const textAt = at + 5;
    const textEnd = textAt + buffer.write(table[name] ?? '', textAt, 'utf8');
    buffer.writeUInt32BE(textEnd - textAt, at + 1);
    at = textEnd;
  }
  buffer.writeUInt32BE(at - start - 4, start);
  return at;
}

function writeShortString(buffer: Buffer, at: number, text: string): number {
  const end = writeText(buffer, at + 1, text);
  const length = end - at - 1;
  if (length > maxShortString) {
    throw new RangeError(
      `a name or property of ${length} bytes is longer than the ${maxShortString} of AMQP: ${text.slice(0, 40)}…`,
    );
  }
  buffer[at] = length;
  return end;
}

function writeText(buffer: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length > shortText) return at + buffer.write(text, at, 'utf8');
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return at + buffer.write(text, at, 'utf8');
    buffer[at + i] = unit;
  }
  return at + length;
}
