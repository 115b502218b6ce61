import { createRequire } from 'node:module';
import type { PassThrough } from 'node:stream';

/** amqplib's encoder of methods and content headers; it does not export it. */
interface Definitions {
  readonly BasicAck: number;
  readonly BasicDeliver: number;
  readonly BasicNack: number;
  readonly BasicProperties: number;
  readonly BasicPublish: number;
  readonly QueueDeclareOk: number;
  encodeMethod(id: number, channel: number, fields: object): Buffer;
  encodeProperties(id: number, channel: number, size: number, fields: object): Buffer;
}

const require = createRequire(import.meta.url);
const library = require.resolve('amqplib').replace(/[^/\\]*$/, '');

export const defs = require(`${library}lib/defs.js`) as Definitions;

export const { makeBodyFrame } = require(`${library}lib/frame.js`) as {
  makeBodyFrame(channel: number, payload: Buffer): Buffer;
};

export const { Connection } = require(`${library}lib/connection.js`) as {
  Connection: new (stream: PassThrough) => { recvFrame(): unknown };
};
