import type { Channel, ChannelModel } from 'amqplib';
import { frame, methods, readUint64 } from './amqp.ts';
import { type ConnectionInternals, connectionOf, numberOf } from './amqplib-internals.ts';
import { type ContentHeader, readContentHeader } from './content-header.ts';
import { Delivery, type OnDelivery } from './delivery.ts';

/** Who gets what the broker sends on a channel, message by message. */
export interface FrameHandlers {
  /** Who takes the deliveries of a consumer; nobody when amqplib is to. */
  consumer(tag: string): OnDelivery | undefined;
  /**
   * The broker has taken what was published on the channel, or refuses it.
   *
   * @param tag - Counts the publishes, from 1.
   * @param multiple - Whether all up to that tag are meant.
   */
  onConfirm(tag: number, multiple: boolean, isTaken: boolean): void;
}

/** A delivery that has not arrived whole. */
interface Arriving {
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly onDelivery: OnDelivery;
  header: ContentHeader | undefined;
  headerFrame: Buffer | undefined;
  /** Of the body; what has arrived. */
  parts: Buffer[];
  /** How many bytes of the body are still to come. */
  left: number;
}

/**
 * Reads what comes for each message itself, in place: deliveries and confirms on one channel. All other
 * frames are left to amqplib, in their order.
 *
 * amqplib makes an object of each of a message's three frames, and decodes each field of them; that
 * takes it longer than all the rest of what is done to receive a message. `bench/` has what it gains.
 * Source: AMQP 0-9-1, 2.3.5 and 4.2.
 */
export class FrameReader {
  readonly #connection: ConnectionInternals;
  readonly #channel: number;
  readonly #handlers: FrameHandlers;
  readonly #receiveByAmqplib: () => unknown;
  /** What has been read; from {@link #at} on it is to be looked at. */
  #chunk: Buffer = nothing;
  #at = 0;
  /** How many bytes of the body frame that has begun are still to come. */
  #frameLeft = 0;
  #isInBody = false;
  #arriving: Arriving | undefined;

  /** Reads for amqplib from now on; to be called before anything is consumed or published on the channel. */
  constructor(model: ChannelModel, channel: Channel, handlers: FrameHandlers) {
    const connection = connectionOf(model);
    this.#connection = connection;
    this.#channel = numberOf(channel);
    this.#handlers = handlers;
    this.#receiveByAmqplib = connection.recvFrame.bind(connection);
    this.#chunk = connection.rest;
    connection.rest = nothing;
    connection.recvFrame = () => this.#receive();
  }

  /** Reads on until there is a frame for amqplib, or nothing more to read. */
  #receive(): unknown {
    const connection = this.#connection;
    for (;;) {
      const forAmqplib = this.#read();
      if (forAmqplib !== undefined) return this.#decodedByAmqplib(forAmqplib);
      const chunk: Buffer | null = connection.stream.read();
      if (chunk === null) return false;
      connection.recvSinceLastCheck = true;
      const rest = this.#chunk.length - this.#at;
      this.#chunk = rest === 0 ? chunk : Buffer.concat([this.#chunk.subarray(this.#at), chunk]);
      this.#at = 0;
    }
  }

  #decodedByAmqplib(whole: Buffer): unknown {
    this.#connection.rest = whole;
    try {
      return this.#receiveByAmqplib();
    } finally {
      this.#connection.rest = nothing;
    }
  }

  /** Takes what is ours from the chunk, and returns the first frame that is not; nothing at its end. */
  #read(): Buffer | undefined {
    for (;;) {
      if (this.#isInBody && !this.#readBody()) return undefined;
      const chunk = this.#chunk;
      const at = this.#at;
      const available = chunk.length - at;
      if (available < frame.headBytes) return undefined;
      const type = chunk.readUInt8(at);
      const isOurs = chunk.readUInt16BE(at + 1) === this.#channel;
      const size = chunk.readUInt32BE(at + 3);
      const { maxFrameSize } = this.#connection;
      if (size > maxFrameSize) {
        throw new Error(`a frame of ${size} bytes exceeds the ${maxFrameSize} that are taken`);
      }
      const start = at + frame.headBytes;
      if (isOurs && type === frame.body && this.#arriving?.header !== undefined) {
        this.#at = start;
        this.#frameLeft = size;
        this.#isInBody = true;
        continue;
      }
      const end = start + size;
      if (chunk.length < end + frame.endBytes) return undefined;
      assertEnd(chunk, end);
      this.#at = end + frame.endBytes;
      if (isOurs && this.#take(type, start, end)) continue;
      return chunk.subarray(at, this.#at);
    }
  }

  /** @returns Whether the frame was one of ours; what follows it is then to be read. */
  #take(type: number, start: number, end: number): boolean {
    if (type === frame.header && this.#arriving !== undefined) {
      this.#takeHeader(this.#arriving, start, end);
      return true;
    }
    if (type !== frame.method) return false;
    if (this.#arriving !== undefined) throw new Error('a message is interrupted by a method');
    if (end - start < methodBytes) throw new RangeError('a method is longer than its frame');
    const method = this.#chunk.readUInt32BE(start);
    if (method === methods.deliver) return this.#takeDelivery(start + 4, end);
    if (method !== methods.ack && method !== methods.nack) return false;
    if (end - start < confirmBytes) throw new RangeError('a confirm is longer than its frame');
    const tag = readUint64(this.#chunk, start + 4);
    const isMultiple = (this.#chunk.readUInt8(start + 12) & 1) !== 0;
    this.#handlers.onConfirm(tag, isMultiple, method === methods.ack);
    return true;
  }

  #takeDelivery(start: number, end: number): boolean {
    const chunk = this.#chunk;
    const tagAt = start + 1;
    const tagEnd = tagAt + chunk.readUInt8(start);
    if (tagEnd + 9 > end) throw new RangeError('a delivery is longer than its frame');
    const onDelivery = this.#handlers.consumer(chunk.toString('latin1', tagAt, tagEnd));
    if (onDelivery === undefined) return false;
    this.#arriving = {
      deliveryTag: readUint64(chunk, tagEnd),
      redelivered: (chunk.readUInt8(tagEnd + 8) & 1) !== 0,
      onDelivery,
      header: undefined,
      headerFrame: undefined,
      parts: [],
      left: 0,
    };
    return true;
  }

  #takeHeader(arriving: Arriving, start: number, end: number): void {
    if (arriving.header !== undefined) throw new Error('a message has two content headers');
    const header = readContentHeader(this.#chunk, start, end);
    arriving.header = header;
    arriving.left = header.bodyBytes;
    if (header.hasHeaders) {
      arriving.headerFrame = this.#chunk.subarray(start - frame.headBytes, end + frame.endBytes);
    }
    if (header.bodyBytes === 0) this.#deliver(arriving, header);
  }

  /** @returns Whether the body frame has been read to its end. */
  #readBody(): boolean {
    const arriving = this.#arriving;
    const header = arriving?.header;
    if (arriving === undefined || header === undefined) throw new Error('a body without a message');
    const chunk = this.#chunk;
    const taken = Math.min(this.#frameLeft, chunk.length - this.#at);
    if (taken > arriving.left) throw new Error('a message has a larger body than it said');
    if (taken > 0) {
      arriving.parts.push(chunk.subarray(this.#at, this.#at + taken));
      arriving.left -= taken;
      this.#frameLeft -= taken;
      this.#at += taken;
    }
    if (this.#frameLeft > 0 || this.#at === chunk.length) return false;
    assertEnd(chunk, this.#at);
    this.#at += frame.endBytes;
    this.#isInBody = false;
    if (arriving.left === 0) this.#deliver(arriving, header);
    return true;
  }

  #deliver(arriving: Arriving, header: ContentHeader): void {
    this.#arriving = undefined;
    const { onDelivery, headerFrame, parts } = arriving;
    const [only = nothing] = parts;
    const headers = headerFrame === undefined ? undefined : this.#headersIn(headerFrame);
    const body = parts.length <= 1 ? only : Buffer.concat(parts);
    onDelivery(new Delivery(arriving, header, headers, body));
  }

  /**
   * amqplib reads nested tables and lists by recursion, and the broker passes on what nests some
   * thousands deep, in 40 KB: it runs out of stack. The message is then one without headers: refused, the
   * broker would deliver it again, and nothing else would ever be received from that queue.
   */
  #headersIn(headerFrame: Buffer): object | undefined {
    try {
      const decoded = this.#decodedByAmqplib(headerFrame) as {
        readonly fields: { headers?: object };
      };
      return decoded.fields.headers;
    } catch {
      return undefined;
    }
  }
}

const nothing: Buffer = Buffer.alloc(0);
/** Class and method; of a confirm a tag and its bits, too. */
const methodBytes = 4;
const confirmBytes = methodBytes + 8 + 1;

function assertEnd(bytes: Buffer, at: number): void {
  if (bytes.readUInt8(at) !== frame.end) throw new Error('a frame does not end where it should');
}
