import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJsonText, parseJsonText } from '../../src/cli/json-text.ts';

describe('parseJsonText', () => {
  it('keeps every digit of an integer, and leaves digits in strings alone', () => {
    const text =
      '{"a": [12345678901234567890, -9007199254740993], "s": "12345678901234567890", "f": 1.5}';
    expect(parseJsonText(text)).toEqual({
      a: [12345678901234567890n, -9007199254740993n],
      s: '12345678901234567890',
      f: 1.5,
    });
  });

  it('is not misled by quotes and escapes inside of strings', () => {
    const value = { 'a"1234567890123456789': 'x\\" 1234567890123456789', b: '\\' };
    expect(parseJsonText(JSON.stringify(value))).toEqual(value);
  });

  it.each(['{"a":1', '{a:1}', '{12345678901234567890:1}', '01234567890123456789', 'NaN'])(
    'refuses %s',
    (text) => {
      expect(() => parseJsonText(text)).toThrow(SyntaxError);
    },
  );
});

describe('formatJsonText', () => {
  it('loses nothing that Python can send', () => {
    const value = { big: 2n ** 70n, bad: [Number.NaN, -Infinity, -0], none: null, text: 'é\n"' };
    expect(formatJsonText(value)).toBe(
      '{"big":1180591620717411303424,"bad":[NaN,-Infinity,-0],"none":null,"text":"é\\n\\""}',
    );
  });

  it('writes all other values as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text, (_key, item: unknown) => (item === 0 ? 0 : item));
        expect(formatJsonText(value)).toBe(JSON.stringify(value));
        expect(formatJsonText(value, 2)).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });
});
