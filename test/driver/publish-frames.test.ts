import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { Channel, ChannelModel } from 'amqplib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChannelWriter } from '../../src/driver/rabbit/frames/channel-writer.ts';
import { Outbox } from '../../src/driver/rabbit/frames/outbox.ts';
import type { Publication } from '../../src/driver/rabbit/frames/publish-frames.ts';
import { defs, makeBodyFrame } from './amqplib-codec.ts';

const frameMax = 4_096;
const maxBody = frameMax - 8;

function framesOfAmqplib(channel: number, message: Publication): Buffer {
  const { exchange, routingKey, mandatory, body, expiration, ...rest } = message;
  const method = { ticket: 0, exchange, routingKey, mandatory, immediate: false };
  const properties = { ...rest, deliveryMode: 2, priority: 0, expiration };
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += maxBody) {
    parts.push(makeBodyFrame(channel, body.subarray(at, at + maxBody)));
  }
  return Buffer.concat([
    defs.encodeMethod(defs.BasicPublish, channel, method),
    defs.encodeProperties(defs.BasicProperties, channel, body.length, properties),
    ...parts,
  ]);
}

/** What a channel writes to its socket for one publish. */
function publishedFrames(channel: number, message: Publication): Buffer {
  const written: Buffer[] = [];
  const socket = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk);
      done();
    },
    writev: (chunks, done) => {
      for (const { chunk } of chunks) written.push(chunk as Buffer);
      done();
    },
  });
  const outbox = new Outbox(socket as Socket);
  const model = { connection: { frameMax } } as unknown as ChannelModel;
  const writer = new ChannelWriter(model, { ch: channel } as unknown as Channel, outbox);
  writer.publish(message);
  outbox.send();
  return Buffer.concat(written);
}

const usual: Publication = {
  exchange: 'openstack',
  routingKey: 'thumbnails',
  mandatory: false,
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: {},
  expiration: undefined,
  body: Buffer.from('{}'),
};

describe('ChannelWriter', () => {
  it.each<[string, Partial<Publication>]>([
    ['a cast', {}],
    ['a reply', { exchange: '', routingKey: 'reply_1', mandatory: true }],
    ['an expiration', { expiration: '60000' }],
    ['headers', { headers: { compression: 'application/x-gzip', 'naïve ☃': '😀' } }],
    ['names beyond ASCII', { exchange: 'é'.repeat(127), routingKey: '☃'.repeat(85) }],
    ['no body', { body: Buffer.alloc(0) }],
    ['a body of just one frame', { body: Buffer.alloc(maxBody, 1) }],
    ['one byte more', { body: Buffer.alloc(maxBody + 1, 1) }],
    ['many frames', { body: Buffer.alloc(100_000, 1) }],
  ])('writes what amqplib does: %s', (_, change) => {
    const message = { ...usual, ...change };
    const written = publishedFrames(3, message);
    expect(written.equals(framesOfAmqplib(3, message))).toBe(true);
  });

  it('does so for anything that can be sent', () => {
    const name = fc.string({ unit: 'binary', maxLength: 60 });
    const message = fc.record({
      exchange: name,
      routingKey: name,
      mandatory: fc.boolean(),
      contentType: name,
      contentEncoding: name,
      headers: fc.dictionary(name, fc.string({ unit: 'binary' })),
      expiration: fc.option(name, { nil: undefined }),
      body: fc.uint8Array({ maxLength: 9_000 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(message, fc.integer({ min: 1, max: 2_047 }), (each, channel) => {
        const written = publishedFrames(channel, each);
        expect(written.equals(framesOfAmqplib(channel, each))).toBe(true);
      }),
    );
  });

  it('refuses a name that is too long', () => {
    const routingKey = 'x'.repeat(256);
    expect(() => publishedFrames(1, { ...usual, routingKey })).toThrow(/longer than the 255/);
  });
});
