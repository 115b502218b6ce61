import { describe, expect, test } from 'vitest';
import { bunzip2 } from '../../src/wire/bunzip2.ts';

const base64 = (text: string) => Buffer.from(text, 'base64');
const maxOutputLength = 1 << 24;
const decoded = (body: Uint8Array) => Buffer.from(bunzip2(body, { maxOutputLength })).toString();

/** Made by Python's `bz2.compress`. */
const fromPython = {
  nothing: base64('QlpoORdyRThQkAAAAAA='),
  hello: base64('QlpoOTFBWSZTWUT3E3gAAAGRgEAABkSQgCAAIgM0hDAhtoFUJ4u5IpwoSCJ7ibwA'),
  oneByte: base64('QlpoOTFBWSZTWRmTm2sAAAABACAAIAAhGEaC7kinChIDMnNtYA=='),
  /** 6,000,000 zeros in two blocks, at level 1. */
  zeros: base64(
    'QlpoMTFBWSZTWX6yQ8QADQTAAMAAAAggACCkCDSoKjEqCo5igrJMprLLWbdwAA3MggGAAAQAABBAAGGYE1TTUUJt' +
      'SKE8XckU4UJCYyFwwA==',
  ),
};

describe('bzip2', () => {
  test('is decompressed', () => {
    expect(decoded(fromPython.hello)).toBe('hello world');
    expect(decoded(fromPython.nothing)).toBe('');
  });

  test('may have several blocks', () => {
    const zeros = bunzip2(fromPython.zeros, { maxOutputLength });
    expect(Buffer.compare(zeros, Buffer.alloc(6_000_000))).toBe(0);
  });

  test('may have several streams', () => {
    const { hello, nothing, oneByte } = fromPython;
    expect(decoded(Buffer.concat([hello, nothing, oneByte, hello]))).toBe(
      'hello worldahello world',
    );
  });

  test('is taken when what follows it is no stream, which Python ignores', () => {
    expect(decoded(Buffer.concat([fromPython.hello, Buffer.from('etc')]))).toBe('hello world');
  });

  test('is refused if anything of its end is missing', () => {
    for (let length = 0; length < fromPython.hello.length; length += 1) {
      expect(() => decoded(fromPython.hello.subarray(0, length))).toThrow('unexpected end');
    }
  });

  test('is refused if a bit is wrong, unless that bit says nothing', () => {
    for (let bit = 0; bit < 8 * fromPython.hello.length; bit += 1) {
      const corrupt = Buffer.from(fromPython.hello);
      corrupt.writeUInt8(corrupt.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(decodedOrRefused(corrupt)).toMatch(/^(refused|hello world)$/);
    }
  });

  test('[maxOutputLength] may become as large as that, and no larger', () => {
    const tooLarge = expect.objectContaining({ code: 'ERR_BUFFER_TOO_LARGE' });
    const size = 6_000_000;
    expect(bunzip2(fromPython.zeros, { maxOutputLength: size })).toHaveLength(size);
    for (const less of [size - 1, 100_000, 1]) {
      expect(() => bunzip2(fromPython.zeros, { maxOutputLength: less })).toThrow(tooLarge);
    }
    expect(bunzip2(fromPython.hello, { maxOutputLength: 11 })).toHaveLength(11);
    expect(() => bunzip2(fromPython.hello, { maxOutputLength: 10 })).toThrow(tooLarge);
  });

  test('[maxOutputLength] limits the number of its blocks', () => {
    const many = Buffer.concat(Array(1000).fill(fromPython.oneByte));
    expect(bunzip2(many, { maxOutputLength: 1 << 24 })).toHaveLength(1000);
    expect(() => bunzip2(many, { maxOutputLength: 1 << 16 })).toThrow('too many blocks');
  });
});

function decodedOrRefused(body: Uint8Array): string {
  try {
    return decoded(body);
  } catch {
    return 'refused';
  }
}
