import type { ConfirmChannel } from 'amqplib';
import { type Publication, publishFrames } from './publish-frames.ts';

/** Called once with what the broker says of a message: nothing when it has it, else why not. */
export type OnConfirm = (error: unknown) => void;

/** The parts of amqplib's channel and connection that a message passes; they are not in its types. */
interface Internals {
  /** The channel's number. */
  readonly ch: number;
  readonly connection: { readonly frameMax: number; sendBytes(bytes: Uint8Array): void };
  /** Matches the broker's next confirm with its callback. */
  pushConfirmCallback(onConfirm: OnConfirm): void;
}

/**
 * Publishes on a confirm channel of amqplib, past the streams that each of its channels has.
 *
 * It passes a message through two of those, and checks and copies its properties: what takes it longer
 * than to write the frames. The channel itself, its confirms and its end stay amqplib's. Nothing else may be
 * published there, for the frames of two messages must not mix.
 */
export class Publisher {
  readonly #channel: Internals;

  constructor(channel: ConfirmChannel) {
    // amqplib's border: what is not in its types is as its code of version 2.3 has it.
    this.#channel = channel as unknown as Internals;
  }

  /** @throws RangeError when the message can't be written as frames; nothing is sent then. */
  publish(message: Publication, onConfirm: OnConfirm): void {
    const { ch, connection } = this.#channel;
    const frames = publishFrames(ch, connection.frameMax, message);
    this.#channel.pushConfirmCallback(onConfirm);
    for (const bytes of frames) connection.sendBytes(bytes);
  }
}
