import type net from 'node:net';
import { type Damage, flipped, type Writer } from './stream-damage.ts';

/** One client's connection through the proxy. */
export interface Pair {
  readonly client: net.Socket;
  readonly upstream: net.Socket;
  /** How many bytes were passed on, by who wrote them. */
  readonly passed: Record<Writer, number>;
  /** The numbers of its channels. */
  readonly channels: Set<number>;
  /** Those that only the client takes for closed. */
  readonly closed: Set<number>;
}

/** Does a damage to the chunk that it is for. */
export function harm(
  damage: Damage,
  bytes: Buffer,
  index: number,
  pair: Pair,
  to: net.Socket,
): void {
  if (damage.how === 'flip') {
    to.write(flipped(bytes, index, damage.at % 8));
    return;
  }
  pause(pair);
  to.end(bytes.subarray(0, index), () => to.destroy());
}

/** Hears neither side any more. */
export function pause({ client, upstream }: Pair): void {
  client.pause();
  upstream.pause();
}
