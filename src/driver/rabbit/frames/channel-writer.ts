import type { Channel, ChannelModel } from 'amqplib';
import { frame, methods, writeUint64 } from './amqp.ts';
import { connectionOf, numberOf } from './amqplib-internals.ts';
import type { Outbox } from './outbox.ts';
import {
  type Publication,
  spaceForPublish,
  writeFrameHead,
  writePublish,
} from './publish-frames.ts';

/** A body up to this size is copied behind its headers, into one piece; a larger one goes as it is. */
const copiedUpTo = 16 * 1024;
/** What a frame with a delivery tag and one byte more takes, head and end included. */
const settlementBytes = frame.headBytes + 4 + 8 + 1 + frame.endBytes;
const bits = { multiple: 0x01, requeue: 0x02 };

/**
 * Writes what is sent for each message on one channel: publishes, and what settles deliveries.
 *
 * amqplib passes each through two streams, and checks and copies its properties: what takes it longer than to
 * write the frames. The channel itself and its end stay amqplib's. Nothing else may be published there, for
 * the frames of two messages must not mix.
 */
export class ChannelWriter {
  readonly #outbox: Outbox;
  readonly #channel: number;
  /** The largest body that fits into one frame. */
  readonly #maxBody: number;

  constructor(model: ChannelModel, channel: Channel, outbox: Outbox) {
    this.#outbox = outbox;
    this.#channel = numberOf(channel);
    this.#maxBody = connectionOf(model).frameMax - frame.headBytes - frame.endBytes;
  }

  /** @throws RangeError when the message can't be written as frames; nothing is sent then. */
  publish(message: Publication): void {
    const outbox = this.#outbox;
    const { body } = message;
    const isCopied = body.length <= Math.min(copiedUpTo, this.#maxBody);
    const bodySpace = isCopied ? body.length + frame.headBytes + frame.endBytes : 0;
    const start = outbox.reserve(spaceForPublish(message) + bodySpace);
    const { buffer } = outbox;
    let at = writePublish(buffer, start, this.#channel, message);
    if (isCopied && body.length > 0) {
      at = writeFrameHead(buffer, at, frame.body, this.#channel, body.length);
      at += body.copy(buffer, at);
      buffer[at] = frame.end;
      at += frame.endBytes;
    }
    outbox.commit(at);
    if (!isCopied) this.#sendInFrames(body);
  }

  /** @param multiple - Whether all up to that tag are meant. */
  acknowledge(deliveryTag: number, multiple: boolean): void {
    this.#settle(methods.ack, deliveryTag, multiple ? bits.multiple : 0);
  }

  /** Gives a delivery back to its queue as one that was not tried. */
  requeue(deliveryTag: number): void {
    this.#settle(methods.nack, deliveryTag, bits.requeue);
  }

  /** @param requeue - Whether it is to come again; else it is dead-lettered where the queue says so. */
  reject(deliveryTag: number, requeue: boolean): void {
    // This method has but the one bit.
    this.#settle(methods.reject, deliveryTag, requeue ? 0x01 : 0);
  }

  #settle(method: number, deliveryTag: number, flags: number): void {
    const outbox = this.#outbox;
    const start = outbox.reserve(settlementBytes);
    const { buffer } = outbox;
    const size = settlementBytes - frame.headBytes - frame.endBytes;
    let at = writeFrameHead(buffer, start, frame.method, this.#channel, size);
    at = buffer.writeUInt32BE(method, at);
    at = writeUint64(buffer, at, deliveryTag);
    buffer[at] = flags;
    buffer[at + 1] = frame.end;
    outbox.commit(at + 2);
  }

  #sendInFrames(body: Buffer): void {
    const outbox = this.#outbox;
    for (let from = 0; from < body.length; from += this.#maxBody) {
      const part = body.subarray(from, from + this.#maxBody);
      const start = outbox.reserve(frame.headBytes);
      outbox.commit(writeFrameHead(outbox.buffer, start, frame.body, this.#channel, part.length));
      outbox.append(part);
      const end = outbox.reserve(frame.endBytes);
      outbox.buffer[end] = frame.end;
      outbox.commit(end + frame.endBytes);
    }
  }
}
