import { isUtf8 } from 'node:buffer';
import { asBuffer } from '../as-buffer.ts';
import { MalformedMessage } from '../errors.ts';
import { extensionTypes, maxBigIntBytes } from './msgpack-extensions.ts';

/** How many values a body may have, keys included: each can cost an object on the heap. */
const maxValues = 2_000_000;

/**
 * How many numbers may be keys of maps and members of sets. V8 hashes them without a secret, so a sender
 * can choose such as collide, and then the time to add them grows with the square of their number.
 */
const maxNumericKeys = 10_000;

/** The last moment that a `Date` can hold, in milliseconds; the first is as far on the other side. */
const maxDateMs = 8.64e15;

const protoKey = Buffer.from('__proto__');
const byteOrderMark = Buffer.from('\uFEFF');

/**
 * Makes sure that bytes are one MessagePack value of the types that we send, and that it costs no more
 * than a message may. msgpackr decodes what passes to just that.
 *
 * By itself it would take more: records (types that the sender defines), errors, regular expressions,
 * typed arrays, cycles, and nesting until the stack overflows. Linear.
 *
 * @param maxDepth - How many levels lists, maps and sets may be nested.
 * @throws {@link MalformedMessage} that says what is wrong.
 */
export function scanMsgpack(bytes: Uint8Array, maxDepth: number): void {
  new Scanner(bytes, maxDepth).scan();
}

class Scanner {
  readonly #bytes: Buffer;
  readonly #maxDepth: number;
  #at = 0;
  #values = 0;
  #numericKeys = 0;

  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = asBuffer(bytes);
    this.#maxDepth = maxDepth;
  }

  scan(): void {
    this.#value(0);
    if (this.#at < this.#bytes.length) throw malformed('has bytes after its end');
  }

  /** @returns Whether it is a number. */
  #value(depth: number): boolean {
    this.#count();
    const head = this.#uint(1);
    if (head < 0x80 || head >= 0xe0) return true;
    if (head < 0x90) return this.#object(head & 0x0f, depth);
    if (head < 0xa0) return this.#list(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    switch (head) {
      case 0xc0: // nil
      case 0xc2: // false
      case 0xc3: // true
        return false;
      case 0xc4: // bin 8
      case 0xc5: // bin 16
      case 0xc6: // bin 32
        this.#skip(this.#uint(1 << (head - 0xc4)));
        return false;
      case 0xc7: // ext 8
      case 0xc8: // ext 16
      case 0xc9: // ext 32
        return this.#extension(this.#uint(1 << (head - 0xc7)));
      case 0xca: // float 32
      case 0xcb: // float 64
        return this.#number(4 << (head - 0xca));
      case 0xcc: // uint 8
      case 0xcd: // uint 16
      case 0xce: // uint 32
      case 0xcf: // uint 64
        return this.#number(1 << (head - 0xcc));
      case 0xd0: // int 8
      case 0xd1: // int 16
      case 0xd2: // int 32
      case 0xd3: // int 64
        return this.#number(1 << (head - 0xd0));
      case 0xd4: // fixext 1
        return this.#shortExtension(depth);
      case 0xd5: // fixext 2
      case 0xd6: // fixext 4
      case 0xd7: // fixext 8
      case 0xd8: // fixext 16
        return this.#extension(1 << (head - 0xd4));
      case 0xd9: // str 8
      case 0xda: // str 16
      case 0xdb: // str 32
        return this.#text(this.#uint(1 << (head - 0xd9)));
      case 0xdc: // array 16
      case 0xdd: // array 32
        return this.#list(this.#uint(2 << (head - 0xdc)), depth);
      case 0xde: // map 16
      case 0xdf: // map 32
        return this.#object(this.#uint(2 << (head - 0xde)), depth);
      default: // c1
        throw malformed('has a byte that means nothing');
    }
  }

  #number(length: number): true {
    this.#skip(length);
    return true;
  }

  #text(length: number): false {
    const start = this.#skip(length);
    if (this.#isAscii(start)) return false;
    const text = this.#bytes.subarray(start, this.#at);
    if (!isUtf8(text)) throw malformed('has text that is not UTF-8');
    // msgpackr would leave the mark out of a long text. Ours that begin with one are tagged.
    if (text.indexOf(byteOrderMark) === 0) throw malformed('has text with a byte order mark');
    return false;
  }

  /** Cheaper than a view of the bytes for the short texts that most are. */
  #isAscii(start: number): boolean {
    let at = start;
    while (at < this.#at && (this.#bytes[at] ?? 0) < 0x80) at += 1;
    return at === this.#at;
  }

  #list(length: number, depth: number): false {
    this.#descend(depth);
    for (let index = 0; index < length; index += 1) this.#value(depth + 1);
    return false;
  }

  #object(size: number, depth: number): false {
    this.#descend(depth);
    for (let index = 0; index < size; index += 1) {
      this.#objectKey();
      this.#value(depth + 1);
    }
    return false;
  }

  #objectKey(): void {
    this.#count();
    const head = this.#uint(1);
    let length: number;
    if (head >= 0xa0 && head < 0xc0) length = head & 0x1f;
    else if (head >= 0xd9 && head <= 0xdb) length = this.#uint(1 << (head - 0xd9));
    else throw malformed('has a key that is no text');
    this.#text(length);
    if (length !== protoKey.length) return;
    if (this.#bytes.compare(protoKey, 0, length, this.#at - length, this.#at) === 0) {
      throw malformed('has an object with the key __proto__');
    }
  }

  /** An extension of any length; one byte is the length of those in {@link #shortExtension} too. */
  #extension(length: number): boolean {
    const type = this.#uint(1);
    const start = this.#skip(length);
    switch (type) {
      case extensionTypes.bigInt:
        if (length > 0 && length <= maxBigIntBytes) return true;
        throw malformed(`has an integer of ${length} bytes`);
      case extensionTypes.timestamp:
        if (this.#isDate(start, length)) return false;
        throw malformed('has a timestamp that is no date');
      default:
        throw malformed(`has an extension of type ${type}`);
    }
  }

  /** An extension of one byte. */
  #shortExtension(depth: number): boolean {
    const type = this.#bytes[this.#at];
    const data = this.#bytes[this.#at + 1];
    if (data !== 0) return this.#extension(1);
    switch (type) {
      case extensionTypes.undefined:
        this.#skip(2);
        return false;
      case extensionTypes.mapTag:
        this.#skip(2);
        return this.#keyedList(2, depth);
      case extensionTypes.setTag:
        this.#skip(2);
        return this.#keyedList(1, depth);
      case extensionTypes.textTag:
        this.#skip(2);
        return this.#wideText();
      case extensionTypes.negativeZeroTag:
        this.#skip(2);
        this.#count();
        if (this.#uint(1) !== 0) throw mistagged();
        return true;
      default:
        return this.#extension(1);
    }
  }

  /** What a map or set is made of: a list, of which one item in `stride` is a key. */
  #keyedList(stride: 1 | 2, depth: number): false {
    this.#count();
    const head = this.#uint(1);
    let length: number;
    if (head >= 0x90 && head < 0xa0) length = head & 0x0f;
    else if (head === 0xdc || head === 0xdd) length = this.#uint(2 << (head - 0xdc));
    else throw mistagged();
    if (length % stride !== 0) throw mistagged();
    this.#descend(depth);
    for (let index = 0; index < length; index += 1) {
      const isNumber = this.#value(depth + 1);
      if (isNumber && index % stride === 0) this.#countNumericKey();
    }
    return false;
  }

  /** UTF-16 in bytes. */
  #wideText(): false {
    this.#count();
    const head = this.#uint(1);
    if (head < 0xc4 || head > 0xc6) throw mistagged();
    const length = this.#uint(1 << (head - 0xc4));
    if (length % 2 !== 0) throw mistagged();
    this.#skip(length);
    return false;
  }

  /** Whether a timestamp has one of its three lengths, and a `Date` can hold it. */
  #isDate(start: number, length: number): boolean {
    switch (length) {
      case 4: // Seconds, up to the year 2106.
        return true;
      case 8: // 30 bits of nanoseconds, 34 of seconds.
        return this.#bytes.readUInt32BE(start) >>> 2 < 1e9;
      case 12: {
        const nanoseconds = this.#bytes.readUInt32BE(start);
        const seconds = Number(this.#bytes.readBigInt64BE(start + 4));
        const ms = seconds * 1000 + Math.floor(nanoseconds / 1e6);
        return nanoseconds < 1e9 && Math.abs(ms) <= maxDateMs;
      }
      default:
        return false;
    }
  }

  #descend(depth: number): void {
    if (depth >= this.#maxDepth) throw malformed(`is nested deeper than ${this.#maxDepth} levels`);
  }

  #count(): void {
    this.#values += 1;
    if (this.#values > maxValues) throw malformed(`has more than ${maxValues} values`);
  }

  #countNumericKey(): void {
    this.#numericKeys += 1;
    if (this.#numericKeys <= maxNumericKeys) return;
    throw malformed(`has more than ${maxNumericKeys} numbers as keys of maps and members of sets`);
  }

  #uint(length: number): number {
    return this.#bytes.readUIntBE(this.#skip(length), length);
  }

  /** @returns Where the bytes begin that were skipped. */
  #skip(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw malformed('ends too early');
    this.#at = start + length;
    return start;
  }
}

function mistagged(): MalformedMessage {
  return malformed('has a tag on what it does not fit');
}

function malformed(what: string): MalformedMessage {
  return new MalformedMessage(`MessagePack ${what}`);
}
