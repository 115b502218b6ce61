import type { Socket } from 'node:net';
import type { Channel, ChannelModel } from 'amqplib';

/** What a channel writes its methods to. */
export interface MethodBuffer {
  write(bytes: Uint8Array): boolean;
  end(): void;
}

/** The parts of amqplib's connection that frames pass through; they are not in its types. */
export interface ConnectionInternals {
  readonly stream: Socket;
  /** What has been read, and is no whole frame yet. */
  rest: Buffer;
  /** Looked at when a heartbeat is due. */
  recvSinceLastCheck: boolean;
  /** The largest frame that the broker takes, in bytes. */
  readonly frameMax: number;
  /** The largest frame that is taken from the broker, in bytes without its head and end. */
  readonly maxFrameSize: number;
  /** Agreed with the broker, in seconds; 0 for none. */
  readonly heartbeat: number;
  /** Where each channel's methods are written, by its number. */
  readonly channels: { buffer: MethodBuffer }[];
  /** The next frame, decoded; nothing when there is no whole one. */
  recvFrame(): unknown;
}

/** amqplib's border: what is not in its types is as its code of version 2.3 has it. */
export function connectionOf(model: ChannelModel): ConnectionInternals {
  return model.connection as unknown as ConnectionInternals;
}

/** The number of a channel. */
export function numberOf(channel: Channel): number {
  return (channel as unknown as { readonly ch: number }).ch;
}
