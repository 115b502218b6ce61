import type { Writable } from 'node:stream';

/** What a socket writes to the system is put together up to this size; more of it goes as it is. */
const joinedUpTo = 64 * 1024;

interface Chunk {
  readonly chunk: Buffer;
}

/** The part of a socket that takes what was corked; Node has implementers of streams override it. */
interface Corked extends Writable {
  _writev(chunks: Chunk[], callback: (error?: Error | null) => void): void;
}

/**
 * Has a socket send with one system call what is written to it within a turn of the event loop.
 *
 * amqplib writes each message and each acknowledgement by itself, and half of a busy server's time goes
 * into these calls. `bench/` has what it gains; a lone message is not held up, for the turn ends at once.
 * Small pieces are copied together: the system takes one faster than many, and TLS makes a record of each.
 */
export function corkByTurn(socket: Writable): void {
  const corked = socket as Corked;
  const write = corked.write;
  const writeMany = corked._writev;
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    corked.uncork();
  };
  const writeCorked = (...args: Parameters<typeof write>): boolean => {
    if (!isCorked) {
      isCorked = true;
      corked.cork();
      setImmediate(uncork);
    }
    return write.apply(corked, args);
  };
  corked.write = writeCorked as typeof write;
  corked._writev = (chunks, callback) => {
    let size = 0;
    for (const { chunk } of chunks) size += chunk.length;
    if (size > joinedUpTo) return writeMany.call(corked, chunks, callback);
    const joined = Buffer.concat(
      chunks.map(({ chunk }) => chunk),
      size,
    );
    corked._write(joined, 'buffer' as BufferEncoding, callback);
  };
}
