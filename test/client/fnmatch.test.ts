import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fnmatch } from '../../src/client/fnmatch.ts';

describe('fnmatch', () => {
  it.each([
    ['compute.*', 'compute.instance.create', true],
    ['compute.*', 'compute', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['*.end', 'compute.create.end', true],
    ['a*b*c', 'aXbXbXc', true],
    ['a*b*c', 'aXcXb', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a?c', 'a😀c', true],
    ['[abc].x', 'b.x', true],
    ['[a-c]', 'c', true],
    ['[a-c]', 'd', false],
    ['[!a-c]', 'd', true],
    ['[!a-c]', 'a', false],
    ['[c-a]', 'b', false],
    ['[]]', ']', true],
    ['[!]]', ']', false],
    ['[a-]', '-', true],
    ['[', '[', true],
    ['a[bc', 'a[bc', true],
    ['[*]', '*', true],
    ['[*]', 'a', false],
    ['a.b', 'axb', false],
    ['A', 'a', false],
    ['*', 'two\nlines', true],
    ['\\*', '\\anything', true],
  ])('%j takes %j: %j', (pattern, text, matches) => {
    expect(fnmatch(pattern)(text)).toBe(matches);
  });

  it('takes any text whose gaps are stars', () => {
    const part = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[[*?]/g, ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part)), (parts) => {
        const pattern = parts.map(([kept]) => `${kept}*`).join('');
        expect(fnmatch(pattern)(parts.flat().join(''))).toBe(true);
      }),
    );
  });

  it('takes no time over patterns that would ruin a regular expression', () => {
    const matches = fnmatch(`${'*a'.repeat(200)}*b`);
    expect(matches('a'.repeat(20_000))).toBe(false);
  });
});
