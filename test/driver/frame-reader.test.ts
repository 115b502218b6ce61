import { PassThrough } from 'node:stream';
import type { Channel, ChannelModel } from 'amqplib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/driver/rabbit/frames/delivery.ts';
import { FrameReader } from '../../src/driver/rabbit/frames/frame-reader.ts';
import { Connection, defs, makeBodyFrame } from './amqplib-codec.ts';

const ours = 1;
const tag = 'consumer-1';

/** What the reader makes of bytes that arrive in such pieces. */
function read(pieces: readonly Buffer[]): { events: unknown[]; error: unknown } {
  const stream = new PassThrough();
  const connection = new Connection(stream);
  const events: unknown[] = [];
  new FrameReader({ connection } as unknown as ChannelModel, { ch: ours } as unknown as Channel, {
    consumer: (name) => (name === tag ? (delivery) => events.push(shown(delivery)) : undefined),
    onConfirm: (...confirm) => events.push(confirm),
  });
  try {
    for (const piece of pieces) {
      stream.write(piece);
      for (let frame = connection.recvFrame(); frame; frame = connection.recvFrame()) {
        events.push(frame);
      }
    }
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

function shown({ body, ...rest }: Delivery): object {
  return { ...rest, body: body.toString('latin1') };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set([...places.map((place) => place % bytes.length), bytes.length])];
  ends.sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const deliver = (fields: object, channel = ours): Buffer =>
  defs.encodeMethod(defs.BasicDeliver, channel, {
    consumerTag: tag,
    deliveryTag: 7,
    redelivered: false,
    exchange: 'openstack',
    routingKey: 'topic',
    ...fields,
  });

function message(body: Buffer, properties: object, fields: object, frameBytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += frameBytes) {
    parts.push(makeBodyFrame(ours, body.subarray(at, at + frameBytes)));
  }
  const header = defs.encodeProperties(defs.BasicProperties, ours, body.length, properties);
  return Buffer.concat([deliver(fields), header, ...parts]);
}

const declared = defs.encodeMethod(defs.QueueDeclareOk, ours, {
  queue: 'q',
  messageCount: 1,
  consumerCount: 2,
});
const bodyFrame = makeBodyFrame(ours, Buffer.from('abc'));
const heartbeat = Buffer.from([8, 0, 0, 0, 0, 0, 0, 0xce]);
const whole = message(Buffer.from('{"a": 1}'), { contentType: 'application/json' }, {}, 4);

describe('FrameReader', () => {
  it('reads deliveries and confirms, and leaves the rest to amqplib, however the bytes are cut', () => {
    const text = fc.string({ maxLength: 20 });
    const part = fc.oneof(
      fc
        .record({
          body: fc.uint8Array({ maxLength: 300 }),
          deliveryTag: fc.nat(),
          redelivered: fc.boolean(),
          contentType: fc.option(fc.stringMatching(/^[ -~]{0,20}$/), { nil: undefined }),
          expiration: fc.option(fc.stringMatching(/^\d{1,9}$/), { nil: undefined }),
          headers: fc.option(fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), text), {
            nil: undefined,
          }),
          correlationId: fc.option(text, { nil: undefined }),
          replyTo: fc.option(text, { nil: undefined }),
          frameBytes: fc.integer({ min: 1, max: 120 }),
        })
        .map(({ body, deliveryTag, redelivered, frameBytes, ...properties }) => {
          const { contentType, expiration, headers = {} } = properties;
          const bytes = Buffer.from(body);
          const isEmpty = Object.keys(headers).length === 0;
          const extra = { contentEncoding: 'utf-8', deliveryMode: 2, priority: 0, messageId: 'm' };
          return {
            bytes: message(
              bytes,
              { ...properties, ...extra },
              { deliveryTag, redelivered },
              frameBytes,
            ),
            event: {
              deliveryTag,
              redelivered,
              contentType,
              expiration,
              headers: isEmpty ? undefined : headers,
              body: bytes.toString('latin1'),
            } as unknown,
          };
        }),
      fc
        .record({ deliveryTag: fc.nat(), multiple: fc.boolean(), isTaken: fc.boolean() })
        .map(({ isTaken, ...fields }) => ({
          bytes: defs.encodeMethod(isTaken ? defs.BasicAck : defs.BasicNack, ours, {
            ...fields,
            requeue: false,
          }),
          event: [fields.deliveryTag, fields.multiple, isTaken] as unknown,
        })),
      fc.constant({
        bytes: declared,
        event: expect.objectContaining({ channel: ours, id: defs.QueueDeclareOk }) as unknown,
      }),
      fc.constant({ bytes: heartbeat, event: { channel: 0 } as unknown }),
      fc.constant({
        bytes: deliver({ consumerTag: 'another' }),
        event: expect.objectContaining({ id: defs.BasicDeliver }) as unknown,
      }),
      fc.constant({
        bytes: deliver({}, 2),
        event: expect.objectContaining({ channel: 2 }) as unknown,
      }),
    );
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        (parts, places) => {
          const { events, error } = read(
            cut(Buffer.concat(parts.map(({ bytes }) => bytes)), places),
          );
          expect(error).toBeUndefined();
          expect(events).toEqual(parts.map(({ event }) => event));
        },
      ),
    );
  });

  it('makes no delivery of damaged bytes that is longer or shorter than what was sent', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        const { events } = read([damaged, whole, whole]);
        const bodies = events.flatMap((event) => Object(event).body ?? []);
        expect(bodies.length).toBeLessThanOrEqual(3);
        for (const body of bodies) expect(body).toHaveLength(8);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, Buffer[], RegExp]>([
    ['a frame that does not end where it should', [withoutEnd(declared)], /does not end/],
    ['a body frame that does not', [deliver({}), sized(3), withoutEnd(bodyFrame)], /does not end/],
    ['a larger body than was said', [deliver({}), sized(2), bodyFrame], /larger body/],
    ['a method within a message', [deliver({}), sized(2), declared], /interrupted/],
    ['a second content header', [deliver({}), sized(2), sized(2)], /two content headers/],
    ['a frame that is too large', [Buffer.from([1, 0, 1, 0x7f, 0xff, 0xff, 0xff, 0])], /exceeds/],
  ])('ends with an error: %s', (_, pieces, reason) => {
    expect(String(read(pieces).error)).toMatch(reason);
  });
});

function withoutEnd(frame: Buffer): Buffer {
  return Buffer.concat([frame.subarray(0, -1), Buffer.from([0])]);
}

function sized(bodyBytes: number): Buffer {
  return defs.encodeProperties(defs.BasicProperties, ours, bodyBytes, {});
}
