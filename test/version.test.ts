import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isVersion, isVersionCompatible } from '../src/version.ts';

describe('isVersionCompatible', () => {
  test.each([
    ['1.5', '1.5', true],
    ['1.5', '1.4', true],
    ['1.5', '1.6', false],
    ['1.5', '2.0', false],
    ['2.0', '1.0', false],
    ['1.0', '1.0.1', false],
    ['1.0.1', '1.0', true],
    ['1.0.1', '1.0.2', false],
    ['1.2', '1.1.9', true],
    ['1.0', '0.9', false],
    ['1.0', '1', true],
    ['1.10', '1.9', true],
    [undefined, '7.7', true],
  ])('%s implemented, %s requested: %s', (implemented, requested, expected) => {
    expect(isVersionCompatible(implemented, requested)).toBe(expected);
  });

  test.each([
    '',
    'a.b',
    '1.',
    '.1',
    '1.0.0.0',
    '0x1',
    '1e3',
    ' 1',
    '1 ',
    '-1.0',
    '1.0\n',
    '٣.٠',
    '1234567890.0',
  ])('%o is no version and compatible with none', (requested) => {
    expect(isVersion(requested)).toBe(false);
    expect(isVersionCompatible('1.0', requested)).toBe(false);
    expect(isVersionCompatible(requested, '1.0')).toBe(false);
  });

  test('whatever is asked for, the answer comes quickly', () => {
    const start = performance.now();
    expect(isVersionCompatible('1.0', '1'.repeat(1_000_000))).toBe(false);
    expect(isVersionCompatible('1.0', '1.'.repeat(500_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(100);
  });

  test('the newer of two serves the older, and the older the newer only when they are equal', () => {
    const part = fc.nat(3);
    fc.assert(
      fc.property(
        part,
        part,
        part,
        part,
        part,
        (major, minor, revision, askedMinor, askedRevision) => {
          const one = `${major}.${minor}.${revision}`;
          const other = `${major}.${askedMinor}.${askedRevision}`;
          const both = isVersionCompatible(one, other) && isVersionCompatible(other, one);
          expect(isVersionCompatible(one, other) || isVersionCompatible(other, one)).toBe(true);
          expect(both).toBe(one === other);
        },
      ),
    );
  });
});
