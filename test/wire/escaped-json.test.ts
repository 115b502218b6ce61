import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapedJson, unescapedJson } from '../../src/wire/escaped-json.ts';

const long = 'x'.repeat(2_000);

describe('escapedJson', () => {
  it.each([
    ['a short text', '{"a": "b\\n\\"c\\""}'],
    ['a long one with few quotes', JSON.stringify({ value: long, path: 'C:\\temp', said: '"no"' })],
    ['a long one with many quotes', JSON.stringify(Array.from(long))],
    ['a long one with none', long],
    ['one that begins and ends with a quote', `"${long}"`],
    ['one with backslashes in a row', JSON.stringify(`${long}\\\\\\"${long}`)],
    ['lone surrogates', JSON.stringify(`${long}\ud800`)],
  ])('escapes %s as JSON.stringify does', (_, json) => {
    expect(`"${escapedJson(json)}"`).toBe(JSON.stringify(json));
  });

  it('does so with any JSON text', () => {
    const texts = fc.json({ maxDepth: 3 }).map((json) => json + JSON.stringify(long));
    fc.assert(
      fc.property(texts, (json) => {
        expect(JSON.parse(`"${escapedJson(json)}"`)).toBe(json);
      }),
    );
  });
});

describe('unescapedJson', () => {
  it.each([
    ['a short text', String.raw`{\"a\": 1}`],
    ['a quote that ends the string', `${long}", "more": "${long}`],
    ['an escaped backslash', String.raw`{\"path\": \"C:\\\\temp\"}${long}`],
    ['an escaped letter', String.raw`{\"a\": \"\u0041\"}${long}`],
    ['a line break, which no string has', `{\n${long}`],
    ['many quotes', String.raw`\"`.repeat(2_000)],
  ])('leaves %s to JSON.parse', (_, escaped) => {
    expect(unescapedJson(escaped)).toBeUndefined();
  });

  it('reads any other as JSON.parse does', () => {
    const texts = fc
      .json({ maxDepth: 2, maxKeys: 3 } as object)
      .map((json) => json + long.repeat(5));
    let read = 0;
    fc.assert(
      fc.property(texts, (json) => {
        const escaped = JSON.stringify(json).slice(1, -1);
        const unescaped = unescapedJson(escaped);
        if (unescaped === undefined) return;
        read++;
        expect(unescaped).toBe(json);
      }),
    );
    expect(read).toBeGreaterThan(10);
  });
});
