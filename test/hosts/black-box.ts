import { openSync, readFileSync, writeSync } from 'node:fs';

/** What is known of a call that was killed; times on the clock of `monotonicMs()`, NaN for never. */
export interface FlightRecord {
  readonly begunAt: number;
  /** When its caller was to stop waiting, as its server knew it. */
  readonly deadline: number;
  /** When it could have seen that it is to stop. */
  readonly toldAt: number;
  /** When it was seen alive last. */
  readonly aliveAt: number;
}

/** A file in which a method leaves its last words, over and over. */
export class BlackBox {
  readonly #fd: number;
  readonly #record = new Float64Array(4);

  private constructor(fd: number) {
    this.#fd = fd;
  }

  static create(file: string): BlackBox {
    return new BlackBox(openSync(file, 'w'));
  }

  /** What was written last; nothing before there was anything. */
  static read(file: string): FlightRecord | undefined {
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch {
      return undefined; // It is yet to be made.
    }
    if (bytes.byteLength < 32) return undefined;
    const [begunAt = 0, deadline = 0, toldAt = 0, aliveAt = 0] = new Float64Array(
      new Uint8Array(bytes).buffer,
    );
    return { begunAt, deadline, toldAt, aliveAt };
  }

  write({ begunAt, deadline, toldAt, aliveAt }: FlightRecord): void {
    this.#record.set([begunAt, deadline, toldAt, aliveAt]);
    writeSync(this.#fd, this.#record, 0, this.#record.byteLength, 0);
  }
}
