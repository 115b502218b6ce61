import { type Channel, type ChannelModel, connect } from 'amqplib';
import { amqpUrl } from './broker.ts';

/** amqplib's own connection, for what Greenroom would not send and for looking into queues. */
export interface RawChannel extends AsyncDisposable {
  readonly channel: Channel;
  /**
   * Publishes to a queue with the bytes of a headers' table that amqplib would not write.
   *
   * @param table - The fields, without the table's length.
   */
  publishWithTable(queue: string, body: Uint8Array, table: Uint8Array): void;
}

/** Opens a {@link RawChannel} to the run's RabbitMQ. */
export async function openRawChannel(): Promise<RawChannel> {
  const model = await connect(await amqpUrl());
  const channel = await model.createChannel();
  return {
    channel,
    publishWithTable: (queue, body, table) => writeFrames(model, queue, body, table),
    [Symbol.asyncDispose]: () => model.close(),
  };
}

/** The channel is its connection's first and only one. */
const channelNumber = 1;
const frameEnd = 0xce;
const basic = { class: 60, publish: 40 };
const flags = { contentType: 0x8000, headers: 0x2000 };

function writeFrames(
  model: ChannelModel,
  queue: string,
  body: Uint8Array,
  table: Uint8Array,
): void {
  const method = Buffer.concat([
    integer(2, basic.class),
    integer(2, basic.publish),
    integer(2, 0), // Reserved.
    shortString(''), // The default exchange.
    shortString(queue),
    integer(1, 0), // Neither mandatory nor immediate.
  ]);
  const header = Buffer.concat([
    integer(2, basic.class),
    integer(2, 0), // Weight, unused.
    integer(4, 0),
    integer(4, body.byteLength),
    integer(2, flags.contentType | flags.headers),
    shortString('application/json'),
    integer(4, table.byteLength),
    table,
  ]);
  const { stream } = model.connection as unknown as { stream: NodeJS.WritableStream };
  stream.write(Buffer.concat([framed(1, method), framed(2, header), framed(3, body)]));
}

function framed(type: number, payload: Uint8Array): Buffer {
  return Buffer.concat([
    integer(1, type),
    integer(2, channelNumber),
    integer(4, payload.byteLength),
    payload,
    integer(1, frameEnd),
  ]);
}

function shortString(text: string): Buffer {
  return Buffer.concat([integer(1, Buffer.byteLength(text)), Buffer.from(text)]);
}

function integer(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
