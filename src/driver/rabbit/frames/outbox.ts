import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** So much is allocated at once for what is to be written. */
const slabBytes = 64 * 1024;
/** What a socket writes to the system is put together up to this size; more of it goes as it is. */
const joinedUpTo = 64 * 1024;
/** Of the event loop; for which what is written waits for more. */
const mostTurns = 2;

interface Chunk {
  readonly chunk: Buffer;
}

/** The part of a socket that takes what was corked; Node has implementers of streams override it. */
interface Corked extends Writable {
  _writev(chunks: Chunk[], callback: (error?: Error | null) => void): void;
}

/**
 * Has a socket send with one system call what is written to it within a turn of the event loop, or two
 * when there is much of it.
 *
 * Half of a busy server's time goes into these calls otherwise. `bench/` has what it gains; a lone
 * message is not held up, for the turn ends at once. What is small is written into one buffer, by
 * {@link reserve} and {@link commit}; what amqplib writes keeps its place in between.
 */
export class Outbox {
  readonly #socket: Corked;
  readonly #write: (chunk: Buffer) => boolean;
  #buffer: Buffer = Buffer.allocUnsafeSlow(slabBytes);
  /** From where on the buffer has not been handed to the socket. */
  #start = 0;
  #end = 0;
  #isScheduled = false;
  /** How many pieces have been written, and for how many turns they have waited. */
  #commits = 0;
  #turns = 0;
  readonly #onTurn = (): void => this.#endTurn();
  #isCorked = false;
  #beforeSending: () => void = () => {};

  /** Takes over what is written to the socket. */
  constructor(socket: Socket) {
    const corked = socket as unknown as Corked;
    this.#socket = corked;
    const write = corked.write;
    this.#write = write.bind(corked);
    const writeInOrder = (...args: Parameters<typeof write>): boolean => {
      this.#handOver();
      this.#cork();
      return write.apply(corked, args);
    };
    corked.write = writeInOrder as typeof write;
    const writeMany = corked._writev;
    corked._writev = (chunks, callback) => {
      let size = 0;
      for (const { chunk } of chunks) size += chunk.length;
      if (size > joinedUpTo) return writeMany.call(corked, chunks, callback);
      // The system takes one faster than many, and TLS makes a record of each.
      const joined = Buffer.concat(
        chunks.map(({ chunk }) => chunk),
        size,
      );
      corked._write(joined, 'buffer' as BufferEncoding, callback);
    };
  }

  /** Where {@link reserve} has made room; to be asked for again after each. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Has a function called before what was written in a turn is sent, to write what belongs to it. */
  beforeSending(write: () => void): void {
    this.#beforeSending = write;
  }

  /** Makes room for so many bytes in the {@link buffer}; returns where it begins. */
  reserve(bytes: number): number {
    if (this.#buffer.length - this.#end < bytes) {
      this.#handOver();
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes));
      this.#start = 0;
      this.#end = 0;
    }
    return this.#end;
  }

  /** What is written up to `end` is to be sent; without this, it is not. */
  commit(end: number): void {
    this.#end = end;
    this.#commits += 1;
    this.schedule();
  }

  /** Sends something large, after what has been written. */
  append(bytes: Buffer): void {
    this.#handOver();
    this.#cork();
    this.#write(bytes);
  }

  /** There is, or will be, something to send at the end of this turn. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#onTurn);
  }

  /** A lone message is sent with this turn; what comes in numbers, or nobody waits for, with the next. */
  #endTurn(): void {
    this.#turns += 1;
    if (this.#turns === mostTurns || this.#commits === 1) this.send();
    else setImmediate(this.#onTurn);
  }

  /** Sends everything now. */
  send(): void {
    this.#beforeSending();
    this.#isScheduled = false;
    this.#commits = 0;
    this.#turns = 0;
    const isOver = this.#socket.destroyed || this.#socket.writableEnded;
    if (this.#end > this.#start && !isOver) this.#write(this.#taken());
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#socket.uncork();
  }

  /** Gives the socket what has been written so far, to be sent with what is to come. */
  #handOver(): void {
    if (this.#end === this.#start) return;
    this.#cork();
    this.#write(this.#taken());
  }

  #cork(): void {
    this.schedule();
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
  }

  #taken(): Buffer {
    const bytes = this.#buffer.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return bytes;
  }
}
