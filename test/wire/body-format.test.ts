import { describe, expect, test } from 'vitest';
import { InvalidOptionError } from '../../src/errors.ts';
import { formatOf, validFormat } from '../../src/wire/body-format.ts';

describe('formatOf', () => {
  test('two content types are read, exactly as they are written', () => {
    expect(formatOf('application/json')).toBe('json');
    expect(formatOf('application/msgpack')).toBe('msgpack');
  });

  test.each([
    undefined,
    '',
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-msgpack',
    'json',
    'constructor',
  ])('%j is not', (contentType) => {
    expect(formatOf(contentType)).toBeUndefined();
  });
});

describe('validFormat', () => {
  test('a format that there is, or none, is given back', () => {
    expect([validFormat('json'), validFormat('msgpack'), validFormat(undefined)]).toEqual([
      'json',
      'msgpack',
      undefined,
    ]);
  });

  test('another one is an error that names what was meant', () => {
    expect(() => validFormat('msgpak')).toThrow(InvalidOptionError);
    expect(() => validFormat('msgpak')).toThrow("there is no 'msgpak' (did you mean 'msgpack'?)");
  });
});
