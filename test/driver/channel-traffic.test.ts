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
    const nackBytes = 21;
    expect(written[0]?.slice(0, 8)).toBe('<cancel>');
    expect(written[0]?.slice(8 + nackBytes)).toBe('<delete>');
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
    expect(written[0]).toHaveLength(21);
    expect(traffic.unsettled).toBe(1);
    isOpen = false;
    traffic.acknowledge(3);
    await turn();
    await turn();
    expect(written).toHaveLength(1);
  });
});
