import { Writable } from 'node:stream';
import type { Channel, ChannelModel } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { ChannelTraffic } from '../../src/driver/rabbit/frames/channel-traffic.ts';

const number = 1;
const publication = {
  exchange: '',
  routingKey: 'reply_1',
  mandatory: true,
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: {},
  expiration: undefined,
  body: Buffer.from('{}'),
};

/** A channel whose socket keeps what is written, a string for each system call that it would take. */
function openTraffic(isOpen = (): boolean => true) {
  const written: string[] = [];
  const keep = (...chunks: readonly Buffer[]): void => {
    written.push(Buffer.concat(chunks).toString('latin1'));
  };
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      keep(chunk);
      done();
    },
    writev: (chunks, done) => {
      keep(...chunks.map(({ chunk }) => chunk as Buffer));
      done();
    },
  });
  const own = { buffer: { write: (_bytes: Uint8Array) => true, end: () => {} } };
  const connection = { stream, frameMax: 4_096, channels: [own, own], rest: Buffer.alloc(0) };
  const model = { connection: { ...connection, recvFrame: () => false } };
  const channel = { ch: number } as unknown as Channel;
  const options = { isOpen, onError: () => {} };
  const traffic = new ChannelTraffic(model as unknown as ChannelModel, channel, options);
  return { traffic, written, own };
}

/** What a frame takes that acknowledges, or gives back. */
const ackBytes = 21;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('ChannelTraffic', () => {
  it('keeps the order of what amqplib and we write', async () => {
    const { traffic, written, own } = openTraffic();
    traffic.arrived(1);
    own.buffer.write(Buffer.from('<cancel>'));
    traffic.requeue(1);
    own.buffer.write(Buffer.from('<delete>'));
    await turn();
    await turn();
    expect(written).toHaveLength(1);
    expect(written[0]?.slice(0, 8)).toBe('<cancel>');
    expect(written[0]?.slice(8 + ackBytes)).toBe('<delete>');
  });

  it('sends a lone message with its turn, and several together with the next', async () => {
    const { traffic, written } = openTraffic();
    expect(traffic.publish(publication)).toBe(1);
    await turn();
    expect(written).toHaveLength(1);
    traffic.publish(publication);
    expect(traffic.publish(publication)).toBe(3);
    await turn();
    expect(written).toHaveLength(1);
    traffic.publish(publication);
    await turn();
    expect(written).toHaveLength(2);
    expect(written[1]?.match(/reply_1/g)).toHaveLength(3);
  });

  it('acknowledges what comes in two turns with one frame, and nothing once it is closed', async () => {
    let isOpen = true;
    const { traffic, written } = openTraffic(() => isOpen);
    for (const tag of [1, 2, 3]) traffic.arrived(tag);
    traffic.acknowledge(1);
    await turn();
    traffic.acknowledge(2);
    await turn();
    expect(written).toHaveLength(1);
    expect(written[0]).toHaveLength(ackBytes);
    expect(traffic.unsettled).toBe(1);
    isOpen = false;
    traffic.acknowledge(3);
    await turn();
    await turn();
    expect(written).toHaveLength(1);
  });

  it('acknowledges at leisure with one frame, later or with what is sent before', async () => {
    const { traffic, written } = openTraffic();
    for (const tag of [1, 2, 3]) {
      traffic.arrived(tag);
      traffic.acknowledgeAtLeisure(tag);
      await turn();
      await turn();
    }
    expect(written).toHaveLength(0);
    await expect.poll(() => written).toHaveLength(1);
    expect(written[0]).toHaveLength(ackBytes);
    traffic.arrived(4);
    traffic.acknowledgeAtLeisure(4);
    traffic.publish(publication);
    await turn();
    expect(written).toHaveLength(2);
    expect(written[1]?.charCodeAt(written[1].length - ackBytes), 'a method').toBe(1);
  });

  it('lets only so many wait that are acknowledged at leisure', async () => {
    const { traffic, written } = openTraffic();
    for (let tag = 1; tag <= 256; tag++) {
      traffic.arrived(tag);
      traffic.acknowledgeAtLeisure(tag);
    }
    await turn();
    await turn();
    expect(written).toHaveLength(1);
    expect(written[0]).toHaveLength(ackBytes);
  });
});
