import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapedJson } from '../../src/wire/escaped-json.ts';

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
