/** A frame of AMQP 0-9-1, as far as a fault is chosen by it. */
export interface Frame {
  readonly type: 'method' | 'header' | 'body' | 'heartbeat' | 'other';
  readonly channel: number;
  /** For a method: its name, if it is one that tests ask for. */
  readonly method: MethodName | undefined;
  /** As it came, from its first byte to its last. */
  readonly bytes: Buffer;
}

const methodNames = {
  '20,11': 'channel.open-ok',
  '20,41': 'channel.close-ok',
  '40,11': 'exchange.declare-ok',
  '50,11': 'queue.declare-ok',
  '50,21': 'queue.bind-ok',
  '60,11': 'basic.qos-ok',
  '60,21': 'basic.consume-ok',
  '60,30': 'basic.cancel',
  '60,31': 'basic.cancel-ok',
  '60,60': 'basic.deliver',
  '60,80': 'basic.ack',
} as const;
/** Methods that a broker sends, or answers to what a broker is made to send. */
export type MethodName = (typeof methodNames)[keyof typeof methodNames];

const frameTypes: Readonly<Record<number, Frame['type']>> = {
  1: 'method',
  2: 'header',
  3: 'body',
  8: 'heartbeat',
};
/** Type, channel and length come before the payload, and one octet after it. */
const headLength = 7;
const endLength = 1;

/** What a client sends first, and a version: as long as the shortest frame. */
const protocolHeader = { start: Buffer.from('AMQP'), length: 8 };

/** Cuts the bytes that either sends into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  #isFirst = true;

  /** The frames that are whole by now, in their order; a protocol header is one. */
  take(chunk: Buffer): Frame[] {
    let bytes = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    if (this.#isFirst && bytes.byteLength >= protocolHeader.length) {
      this.#isFirst = false;
      if (bytes.indexOf(protocolHeader.start) === 0) {
        const header = bytes.subarray(0, protocolHeader.length);
        frames.push({ type: 'other', channel: 0, method: undefined, bytes: header });
        bytes = bytes.subarray(protocolHeader.length);
      }
    }
    while (!this.#isFirst) {
      const length = lengthOf(bytes);
      if (length === undefined || bytes.byteLength < length) break;
      frames.push(readFrame(bytes.subarray(0, length)));
      bytes = bytes.subarray(length);
    }
    this.#rest = bytes;
    return frames;
  }
}

function lengthOf(bytes: Buffer): number | undefined {
  return bytes.byteLength < headLength ? undefined : headLength + bytes.readUInt32BE(3) + endLength;
}

function readFrame(bytes: Buffer): Frame {
  const type = frameTypes[bytes.readUInt8(0)] ?? 'other';
  return { type, channel: bytes.readUInt16BE(1), method: methodOf(type, bytes), bytes };
}

function methodOf(type: Frame['type'], bytes: Buffer): MethodName | undefined {
  if (type !== 'method') return undefined;
  const [classId, methodId] = [bytes.readUInt16BE(headLength), bytes.readUInt16BE(headLength + 2)];
  return (methodNames as Readonly<Record<string, MethodName>>)[`${classId},${methodId}`];
}

/** The method by which a broker closes a channel, as a frame. Source: AMQP 0-9-1, `channel.close`. */
export function channelClose(channel: number, code: number, text: string): Buffer {
  const payload = Buffer.concat([
    Buffer.from([0, 20, 0, 40, code >> 8, code & 0xff, Buffer.byteLength(text)]),
    Buffer.from(text),
    Buffer.alloc(4), // No method was the cause.
  ]);
  const head = Buffer.from([1, channel >> 8, channel & 0xff, 0, 0, 0, payload.byteLength]);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

/** What refuses the message, or the messages, that a `basic.ack` confirms. Source: AMQP 0-9-1 of RabbitMQ, `basic.nack`. */
export function refusalOf({ bytes }: Frame): Buffer {
  const refusal = Buffer.from(bytes);
  refusal.writeUInt16BE(120, headLength + 2); // Its arguments are the same, but for a bit that a client ignores.
  return refusal;
}
