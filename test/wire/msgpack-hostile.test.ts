import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { MalformedMessage } from '../../src/errors.ts';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { decodeMsgpack } from '../../src/wire/msgpack.ts';
import { extensionTypes, maxBigIntBytes } from '../../src/wire/msgpack-extensions.ts';
import { decodeRequest } from '../../src/wire/request.ts';

const decode = (bytes: Uint8Array): unknown => decodeMsgpack(bytes, 500);
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** msgpackr with all that it has. */
const everything = new Packr({ moreTypes: true, structuredClone: true, useRecords: true });
const cycle: unknown[] = [];
cycle.push(cycle);
const same = { a: 1 };

describe('MessagePack that would make more than values is malformed', () => {
  test.each([
    ['a regular expression', everything.pack(/(a+)+$/), 'an extension of type 120'],
    ['an error', everything.pack(new RangeError('x')), 'an extension of type 101'],
    ['a typed array', everything.pack(Float64Array.of(1)), 'an extension of type 116'],
    ['a buffer', everything.pack(new ArrayBuffer(8)), 'an extension of type 116'],
    ['a cycle', everything.pack(cycle), 'an extension of type 105'],
    ['one thing twice', everything.pack([[1], same, same]), 'an extension of type'],
    ['a set of msgpackr', everything.pack(new Set([1])), 'an extension of type 115'],
    ['a record', everything.pack({ a: 1 }), 'an extension of type 114'],
    ['a record with two bytes of id', hex('d5 72 40 01 91 a1 61 01'), 'an extension of type 114'],
    ['a record under a key', hex('81 a1 61 d4 72 40 91 a9 5f5f70726f746f5f5f 01'), 'type 114'],
    ['bundled strings', hex('d6 62 00 00 00 05 a1 61 a1 62'), 'an extension of type 98'],
    ['a type of an application', hex('d4 01 00'), 'an extension of type 1'],
    ['the byte that is never used', hex('c1'), 'a byte that means nothing'],
    ['a key __proto__', hex('81 a9 5f5f70726f746f5f5f 80'), 'the key __proto__'],
    ['the same with a long head', hex('81 d9 09 5f5f70726f746f5f5f 80'), 'the key __proto__'],
    ['a key that is a number', hex('81 01 01'), 'a key that is no text'],
    ['a key that is a list', hex('81 91 01 01'), 'a key that is no text'],
    ['a map tag on a map', hex('d4 4d 00 80'), 'a tag on what it does not fit'],
    ['a map tag on three items', hex('d4 4d 00 93 01 02 03'), 'a tag on what it does not fit'],
    ['a set tag on a text', hex('d4 53 00 a3 616263'), 'a tag on what it does not fit'],
    ['a tag on a tag', hex('d4 53 00 d4 53 00 90'), 'a tag on what it does not fit'],
    ['a text tag on a text', hex('d4 54 00 a2 6162'), 'a tag on what it does not fit'],
    ['a text tag on odd bytes', hex('d4 54 00 c4 01 61'), 'a tag on what it does not fit'],
    ['a zero tag on a one', hex('d4 5a 00 01'), 'a tag on what it does not fit'],
    ['a tag with data', hex('d4 53 01 90'), 'an extension of type 83'],
    ['a tag in another form', hex('c7 01 53 00 90'), 'an extension of type 83'],
    ['undefined in another form', hex('c7 01 00 00'), 'an extension of type 0'],
    ['an integer of no bytes', hex('c7 00 42'), 'an integer of 0 bytes'],
    ['an invalid date', hex('d4 ff ff'), 'a timestamp that is no date'],
    ['a date of two bytes', hex('d5 ff 00 00'), 'a timestamp that is no date'],
    ['a date after all days', hex('c7 0c ff 00000000 7fffffffffffffff'), 'that is no date'],
    ['a date before all days', hex('c7 0c ff 00000000 8000000000000000'), 'that is no date'],
    ['a date with too many nanoseconds', hex('d7 ff ffffffff 00000000'), 'that is no date'],
    ['text that is not UTF-8', hex('a2 c3 28'), 'text that is not UTF-8'],
    ['half a character', hex('a3 ed a0 80'), 'text that is not UTF-8'],
    ['a byte order mark', hex('a4 ef bb bf 61'), 'text with a byte order mark'],
    ['nothing', hex(''), 'ends too early'],
    ['two values', hex('01 02'), 'bytes after its end'],
    ['a list that is cut', hex('93 01 02'), 'ends too early'],
    ['a text that is cut', hex('a5 61'), 'ends too early'],
    ['a number that is cut', hex('cb 00 00'), 'ends too early'],
    ['an extension that is cut', hex('c7'), 'ends too early'],
    ['a list of four billion', hex('dd ffffffff 01'), 'ends too early'],
    ['a map of four billion', hex('df ffffffff a1 61 01'), 'ends too early'],
    ['a text of four billion', hex('db ffffffff 61'), 'ends too early'],
    ['bytes of four billion', hex('c6 ffffffff 61'), 'ends too early'],
    ['an extension of four billion', hex('c9 ffffffff 42 61'), 'ends too early'],
  ])('%s', (_, bytes, complaint) => {
    expect(() => decode(bytes)).toThrow(MalformedMessage);
    expect(() => decode(bytes)).toThrow(complaint);
    expect(Reflect.get({}, 'a')).toBeUndefined();
    expect(decode(hex('93 01 a1 61 80'))).toEqual([1, 'a', {}]);
  });
});

describe('MessagePack that would cost too much is malformed', () => {
  const list32 = (length: number, ...items: readonly Uint8Array[]): Buffer => {
    const head = Buffer.alloc(5, 0xdd);
    head.writeUInt32BE(length, 1);
    return Buffer.concat([head, ...items]);
  };
  /** Integers that V8 hashes alike: their lowest 64 bits are the same. */
  const colliding = (count: number, size: number): Buffer[] =>
    Array.from({ length: count }, (_, n) => {
      const integer = Buffer.alloc(3 + size);
      integer.set([0xc7, size, extensionTypes.bigInt]);
      integer.writeUInt32BE(n + 1, 3);
      return integer;
    });
  const tag = (type: number): Buffer => Buffer.of(0xd4, type, 0);
  const longInteger = Buffer.alloc(6 + (1 << 20), 0xff);
  longInteger.set([0xc9, 0, 0x10, 0, 0, extensionTypes.bigInt]);
  const longest = Buffer.alloc(4 + maxBigIntBytes + 1, 0xff);
  longest.set([
    0xc8,
    (maxBigIntBytes + 1) >> 8,
    (maxBigIntBytes + 1) & 0xff,
    extensionTypes.bigInt,
  ]);

  test.each([
    ['501 lists', Buffer.concat([Buffer.alloc(501, 0x91), hex('01')]), 'deeper than 500 levels'],
    ['a million lists', Buffer.alloc(1 << 20, 0x91), 'deeper than 500 levels'],
    ['objects', Buffer.from('81a161'.repeat(100_000), 'hex'), 'deeper than 500 levels'],
    ['sets', Buffer.from('d4530091'.repeat(100_000), 'hex'), 'deeper than 500 levels'],
    ['maps as keys', Buffer.from('d44d0092'.repeat(100_000), 'hex'), 'deeper than 500 levels'],
    ['two million values', list32(2_000_001, Buffer.alloc(2_000_001)), 'more than 2000000 values'],
    ['a list of empty ones', list32(9 << 20, Buffer.alloc(9 << 20, 0x90)), 'than 2000000 values'],
    ['an integer of 1 MiB', longInteger, 'an integer of 1048576 bytes'],
    ['an integer of a byte too many', longest, 'an integer of 1793 bytes'],
    [
      'a set of colliding numbers',
      Buffer.concat([tag(extensionTypes.setTag), list32(100_000, ...colliding(100_000, 12))]),
      'more than 10000 numbers as keys',
    ],
    [
      'two maps of them',
      Buffer.concat([
        list32(2),
        ...[1, 2].flatMap(() => [
          tag(extensionTypes.mapTag),
          list32(12_000, ...colliding(6_000, 12).flatMap((key) => [key, hex('c0')])),
        ]),
      ]),
      'more than 10000 numbers as keys',
    ],
  ])('%s', (_, bytes, complaint) => {
    const before = performance.now();
    expect(() => decode(bytes)).toThrow(MalformedMessage);
    expect(() => decode(bytes)).toThrow(complaint);
    // Each takes some milliseconds; what it would cost otherwise are seconds, and gigabytes.
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  test('and what comes close to that is read', () => {
    const deep = Buffer.concat([Buffer.alloc(500, 0x91), hex('01')]);
    expect(JSON.stringify(decode(deep))).toHaveLength(1001);
    const set = Buffer.concat([
      tag(extensionTypes.setTag),
      list32(10_000, ...colliding(10_000, 12)),
    ]);
    expect(decode(set)).toHaveProperty('size', 10_000);
    expect(decode(longest.fill(maxBigIntBytes & 0xff, 2, 3).subarray(0, -1))).toBe(-1n);
  });
});

describe('a MessagePack body that is no message is malformed', () => {
  test.each([
    ['without a version', hex('80'), 'no message with a greenroom.version'],
    ['of another version', pack({ 'greenroom.version': 2 }), 'greenroom.version is not 1'],
    ['of version "1"', pack({ 'greenroom.version': '1' }), 'greenroom.version is not 1'],
    ['that is a list', pack([1]), 'no message with a greenroom.version'],
    ['that is a number', hex('05'), 'no message with a greenroom.version'],
    ['that is empty', hex(''), 'ends too early'],
    ['that is JSON', Buffer.from('{"method": "echo"}'), 'bytes after its end'],
  ])('%s', (_, body, complaint) => {
    expect(() => openEnvelope(body, { format: 'msgpack' })).toThrow(MalformedMessage);
    expect(() => openEnvelope(body, { format: 'msgpack' })).toThrow(complaint);
  });

  test('with a context that names the prototype', () => {
    const body = pack({ 'greenroom.version': 1, _context___proto__: { polluted: 1 } });
    expect(() => decodeRequest(body, { format: 'msgpack' })).toThrow('the key __proto__');
  });
});

function pack(value: unknown): Buffer {
  return new Packr({ useRecords: false }).pack(value);
}
