import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { addExtension, unpack } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { decodeMsgpack, encodeMsgpack } from '../../src/wire/msgpack.ts';
import { packedValue } from './packed-values.ts';

const maxDepth = 500;
const again = (value: unknown): unknown => decodeMsgpack(encodeMsgpack(value), maxDepth);

describe('a value that goes through MessagePack', () => {
  test.each([
    ['bytes', Uint8Array.of(0, 1, 255)],
    ['8 MiB', new Uint8Array(8 << 20).fill(7)],
    ['a date', new Date('2026-11-23T01:02:03.456Z')],
    ['a date before 1970', new Date(-1)],
    ['a date after 2106', new Date('2500-01-01T00:00:00.001Z')],
    ['the first moment', new Date(-8.64e15)],
    ['the last moment', new Date(8.64e15)],
    [
      'a map of anything to anything',
      new Map<unknown, unknown>([
        [1n, 1],
        [{ a: 1 }, new Map()],
      ]),
    ],
    ['a set', new Set([1, 'one', 1n, null, undefined, Number.NaN])],
    ['a small bigint', 5n],
    ['64 bits', [2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)]],
    ['more than 64 bits', [2n ** 64n, -(2n ** 63n) - 1n, 10n ** 100n, -(10n ** 100n)]],
    ['4,300 digits', [10n ** 4300n - 1n, -(10n ** 4300n) + 1n]],
    ['numbers', [0, -0, 0.1, 2 ** 53, -(2 ** 31) - 1, Number.NaN, -Infinity, 5e-324]],
    ['nothing', [undefined, null, { there: undefined }]],
    ['a text with a byte order mark', ['\uFEFF', `\uFEFF${'x'.repeat(100)}`]],
    ['half a character', ['\ud83d', `${'x'.repeat(100)}\ude00`]],
    ['names of what objects inherit', { constructor: 1, toString: 2, hasOwnProperty: 3 }],
    ['70,000 keys', Object.fromEntries(Array.from({ length: 70_000 }, (_, n) => [`k${n}`, n]))],
  ])('is what it was: %s', (_, value) => {
    expect(isDeepStrictEqual(again(value), value)).toBe(true);
  });

  test('is what it was, whatever it is', () => {
    fc.assert(
      fc.property(packedValue, (value) => {
        expect(isDeepStrictEqual(again(value), value)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('keeps the order of what is in it', () => {
    const map = new Map([
      ['z', 1],
      ['a', 2],
    ]);
    expect([...(again(map) as typeof map)]).toEqual([...map]);
    expect(Object.keys(again({ z: 1, a: 2 }) as object)).toEqual(['z', 'a']);
  });

  test('is a copy, in memory of its own', () => {
    const bytes = encodeMsgpack([Uint8Array.of(1, 2), Buffer.from('ab')]);
    const [first, second] = decodeMsgpack(bytes, maxDepth) as Uint8Array[];
    bytes.fill(0);
    expect(first).toStrictEqual(Uint8Array.of(1, 2));
    // A Buffer is bytes, and arrives as such.
    expect(second).toStrictEqual(Uint8Array.from(Buffer.from('ab')));
    expect(first?.buffer.byteLength).toBe(2);
  });

  test('is written where the one before it stays as it is', () => {
    const sizes = [10, 3_000_000, 20, 9_000, 30];
    const bodies = sizes.map((size) => encodeMsgpack('x'.repeat(size)));
    const texts = bodies.map((body) => decodeMsgpack(body, maxDepth));
    expect(texts.map((text) => String(text).length)).toEqual(sizes);
  });

  test.each([
    ['an object with toJSON', { toJSON: (): bigint => 5n }, 5n],
    ['a URL', new URL('http://a/'), 'http://a/'],
    ['an error', new RangeError('too far'), 'RangeError: too far'],
    [
      'an object of a class',
      new (class {
        readonly a = 1;
      })(),
      { a: 1 },
    ],
    ['a boxed value', [new String('a'), new Number(1), new Boolean(true)], ['a', 1, true]],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ])('follows the rules of JSON for %s', (_, value, expected) => {
    expect(again(value)).toStrictEqual(expected);
  });

  test.each([
    ['a function', { f: () => 1 }, 'a function has no form on the wire'],
    ['a symbol', [Symbol('s')], 'a symbol has no form on the wire'],
    ['an invalid date', new Date(Number.NaN), 'an invalid date has no form on the wire'],
    ['numbers in bytes', Float64Array.of(1), 'as a Uint8Array only'],
    ['a buffer', new ArrayBuffer(1), 'as a Uint8Array only'],
    ['a key __proto__', JSON.parse('{"__proto__": 1}'), "'__proto__' cannot be a key"],
    ['half a key', { '\ud83d': 1 }, 'cannot be a key'],
    ['an integer of 4,320 digits', 10n ** 4319n, 'an integer of 1800 bytes'],
    [
      'a set of so many numbers',
      new Set(Array.from({ length: 10_001 }, (_, n) => n)),
      'more than 10000 numbers as keys',
    ],
  ])('is refused if it has no form there: %s', (_, value, complaint) => {
    expect(() => encodeMsgpack(value)).toThrow(TypeError);
    expect(() => encodeMsgpack(value)).toThrow(complaint);
  });

  test('is refused if it is a cycle, or too deep', () => {
    const cycle: Record<string, unknown> = {};
    cycle['again'] = new Map([['and', new Set([cycle])]]);
    const nested = (levels: number): unknown =>
      levels === 0 ? 1 : levels % 2 ? [nested(levels - 1)] : new Set([nested(levels - 1)]);
    for (const value of [cycle, nested(501)]) {
      expect(() => encodeMsgpack(value)).toThrow('cyclic, or nested deeper than 500 levels');
    }
    expect(isDeepStrictEqual(again(nested(500)), nested(500))).toBe(true);
    expect(again('after all')).toBe('after all');
  });
});

test('an application with a msgpackr of its own is left alone, and leaves us alone', () => {
  const set = Buffer.of(0xd4, 0x53, 0, 0x91, 1);
  expect(decodeMsgpack(set, maxDepth)).toEqual(new Set([1]));
  expect(() => unpack(set)).toThrow('Unknown extension');
  addExtension({ type: 0x53, read: () => 'ours' });
  addExtension({ Class: Date, type: 0x01, write: () => 'a day' });
  expect(unpack(set)).toBe('ours');
  expect(again([new Set([1]), new Date(0)])).toEqual([new Set([1]), new Date(0)]);
});

test('what JSON can say is plain MessagePack, for any decoder', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!JSON.stringify(value).includes('__proto__') && !hasNegativeZero(value));
      expect(unpack(encodeMsgpack(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

/** Which is 0 to some that compare, and not to others. */
function hasNegativeZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0);
  return Object.values(value).some(hasNegativeZero);
}
