import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCarefully } from '../../src/wire/careful-json-parser.ts';

/** What JSON.parse has rounded, rounded here as well. */
const rounded = (value: unknown): string =>
  JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? Number(item) : item));

describe('parseCarefully', () => {
  test('it reads whatever JSON.parse reads, to the same value', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(rounded(parseCarefully(text))).toBe(rounded(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  test('it refuses what JSON.parse refuses', () => {
    const junk = fc.constantFrom('', '"', '{', ']', ',', ':', '\\', '01', '-', '.', 'e', 'x', '\n');
    const broken = fc.tuple(fc.json(), fc.nat(), junk).map(([text, position, put]) => {
      const at = position % text.length;
      return text.slice(0, at) + put + text.slice(at + 1);
    });
    const outcome = (parse: (text: string) => unknown, text: string): string => {
      try {
        return rounded(parse(text));
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
        return 'refused';
      }
    };
    fc.assert(
      fc.property(broken, (text) => {
        expect(outcome(parseCarefully, text)).toBe(outcome(JSON.parse, text));
      }),
      { numRuns: 3000 },
    );
  });

  test('a key __proto__ is a key like any other', () => {
    const value = parseCarefully('{"__proto__": {"polluted": NaN}}');
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
