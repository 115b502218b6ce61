import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedMessage } from '../../src/errors.ts';
import { parseJson, stringifyJson } from '../../src/wire/python-json.ts';

/** Integers beyond 2^53 are read as bigint, whoever wrote them; JSON has one zero. */
const rounded = (value: unknown): string =>
  JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? Number(item) : item));

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('parseJson', () => {
  test('numbers that only Python writes are taken', () => {
    expect(parseJson('[NaN, Infinity, -Infinity, {"a": NaN}]')).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      { a: Number.NaN },
    ]);
  });

  test('those numbers inside a string stay text', () => {
    expect(parseJson('{"NaN": "a NaN, \\"Infinity\\"", "b": NaN}')).toEqual({
      NaN: 'a NaN, "Infinity"',
      b: Number.NaN,
    });
  });

  test.each(['-NaN', '[nan]', 'Infinityx', '[NaN', '{"a": +Infinity}', 'NaN NaN', '{NaN: 1}'])(
    '%s is refused',
    (text) => {
      expect(() => parseJson(text)).toThrow(MalformedMessage);
    },
  );

  test.each([
    ['18446744073709551617', 2n ** 64n + 1n],
    ['-18446744073709551617', -(2n ** 64n) - 1n],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', 2n ** 53n],
    ['-9007199254740992', -(2n ** 53n)],
    ['1e400', Number.POSITIVE_INFINITY],
    ['12345678901234567890.5', Number('12345678901234567890.5')],
    ['12345678901234567890e0', Number('12345678901234567890e0')],
    ['0.12345678901234567890', Number('0.12345678901234567890')],
  ])('%s is read without loss', (text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(parseJson(`{"k": [1, ${text}]}`)).toEqual({ k: [1, value] });
    expect(parseJson(`[${text},"1234567890123456789"]`)).toEqual([value, '1234567890123456789']);
  });

  test.each([
    ['[-0]', [0]],
    ['[1, -0 ,2]', [1, 0, 2]],
    ['{"a":-0}', { a: 0 }],
    ['{"a": -0, "b": "-0"}', { a: 0, b: '-0' }],
    ['[-0, NaN]', [0, Number.NaN]],
    ['[-0.0, -0e0, -0.5, 0]', [-0, -0, -0.5, 0]],
    ['["2024-01-02", -0.0]', ['2024-01-02', -0]],
  ])('%s has the zeros that Python reads', (text, value) => {
    // `toEqual` tells -0 from 0.
    expect(parseJson(text)).toEqual(value);
    expect(parseJson(stringifyJson(value))).toEqual(value);
  });

  test('an integer longer than Python reads is refused', () => {
    expect(parseJson('1'.repeat(4300))).toBe(BigInt('1'.repeat(4300)));
    expect(() => parseJson('1'.repeat(4301))).toThrow(MalformedMessage);
  });

  test.each([
    '{"__proto__": 1}',
    '[{"a": {"__proto__": {"polluted": true}}}]',
    '{"\\u005f_proto__": 1}',
    '{"__\\u0070roto__": 1}',
    '{"__p\\u0072oto\\u005F_": 1}',
    '{"__pr\\u006Fto__": 1}',
    '{"__pro\\u0074o__": 1}',
    '{"a": 12345678901234567890, "__proto__": NaN}',
  ])('%s is refused', (text) => {
    expect(() => parseJson(text)).toThrow('__proto__');
    expect(() => parseJson(text)).toThrow(MalformedMessage);
  });

  test('__proto__ as a text is fine', () => {
    expect(parseJson('["__proto__", {"a": "__proto__"}]')).toEqual([
      '__proto__',
      { a: '__proto__' },
    ]);
  });

  test('500 levels are taken, 501 are not', () => {
    expect(JSON.stringify(parseJson(nested(500)))).toBe(nested(500));
    expect(() => parseJson(nested(501))).toThrow('deeper than 500');
    expect(() => parseJson(`{"a":[NaN, 12345678901234567890, ${nested(499)}]}`)).toThrow(
      'deeper than 500',
    );
    expect(() => parseJson('{"a":'.repeat(501))).toThrow('deeper than 500');
  });

  test('brackets in strings, and side by side, are no levels', () => {
    const text = `[${JSON.stringify(`\\"${'['.repeat(2000)}`)}, ${Array(2000).fill('[{}]').join()}]`;
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test('two million brackets and commas are too many', () => {
    expect(() => parseJson(`[${'1,'.repeat(2_000_000)}1]`)).toThrow('more than 2000000');
    expect(parseJson(`["${','.repeat(3_000_000)}"]`)).toHaveLength(1);
  });

  test.each([
    ['open lists', '['.repeat(1_000_000)],
    ['backslashes', `"${'\\'.repeat(1_000_000)}`],
    ['escaped quotes with a NaN', `[NaN, "${'\\"'.repeat(500_000)}"]`],
    ['digits', '1'.repeat(1_000_000)],
    ['fractions', `0.${'1'.repeat(1_000_000)}`],
    ['words', 'NaN'.repeat(300_000)],
    ['blanks', `${' '.repeat(1_000_000)}NaN`],
  ])('a megabyte of %s takes linear time', (_, text) => {
    const start = performance.now();
    try {
      parseJson(text);
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedMessage);
    }
    // Far more than it takes, far less than anything quadratic would.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('stringifyJson', () => {
  test('plain values are written as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // JSON.stringify makes 0 of -0; what it can tell apart, it has to write likewise.
        const text = JSON.stringify(value);
        expect(stringifyJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  test.each([
    [undefined, null],
    [
      { a: undefined, b: [undefined] },
      { a: null, b: [null] },
    ],
    [new Date(Date.UTC(2024, 1, 29, 1, 2, 3, 4)), '2024-02-29T01:02:03.004000'],
    [
      new Map<unknown, unknown>([
        ['a', 1],
        [2, new Set([3])],
      ]),
      { a: 1, 2: [3] },
    ],
    [new Set([1, 'a', null]), [1, 'a', null]],
    [{ toJSON: () => ({ at: new Date(0) }) }, { at: '1970-01-01T00:00:00.000000' }],
    [[new URL('http://a.example/')], ['http://a.example/']],
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      new (class Point {
        x = 1;
        readonly #y = 2;
        sum(): number {
          return this.x + this.#y;
        }
      })(),
      { x: 1 },
    ],
    [new RangeError('too far'), 'RangeError: too far'],
    [Object(5), 5],
    [Array(2), [null, null]],
  ])('%o is written in its form', (value, expected) => {
    expect(JSON.parse(stringifyJson(value))).toEqual(expected);
    expect(JSON.parse(stringifyJson({ deep: [value] }))).toEqual({ deep: [expected] });
  });

  test('numbers that JSON lacks are written as Python does', () => {
    expect(stringifyJson([Number.NaN, -1 / 0, 1 / 0, 2n ** 64n + 1n])).toBe(
      '[NaN, -Infinity, Infinity, 18446744073709551617]',
    );
  });

  const cycle: unknown[] = [];
  cycle.push({ cycle });
  const branching: Record<string, unknown> = {};
  Object.assign(branching, { a: branching, b: branching });
  test.each<[string, unknown, string]>([
    ['bytes', new Uint8Array(1), 'bytes'],
    ['a buffer', { a: Buffer.from('a') }, 'bytes'],
    ['an array buffer', [new ArrayBuffer(1)], 'bytes'],
    ['a function', { f: () => 1 }, 'function'],
    ['a symbol', [Symbol('s')], 'symbol'],
    ['a cycle', cycle, 'cyclic'],
    ['a cycle of many ways', branching, 'cyclic'],
    ['an invalid date', new Date(Number.NaN), 'invalid date'],
    ['an object as a key', new Map([[{}, 1]]), 'key'],
  ])('%s is refused', (_, value, text) => {
    expect(() => stringifyJson(value)).toThrow(TypeError);
    expect(() => stringifyJson(value)).toThrow(text);
  });

  test('500 levels are written, 501 are not', () => {
    const text = nested(500);
    const deep: unknown = JSON.parse(text);
    expect(stringifyJson(deep)).toBe(text);
    expect(() => stringifyJson([deep])).toThrow('deeper than 500');
  });

  test('what is written is read again to the same value', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary' }),
        fc.double(),
        fc.maxSafeInteger(),
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
        fc.constantFrom(null, true, false),
        fc.array(tie('value')),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          tie('value'),
        ),
      ),
    })).value;
    fc.assert(
      fc.property(value, (original) => {
        expect(rounded(parseJson(stringifyJson(original)))).toBe(rounded(original));
      }),
    );
  });
});
