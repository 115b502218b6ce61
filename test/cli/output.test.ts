import { describe, expect, it } from 'vitest';
import { maskPasswords, presentable, presentableLine } from '../../src/cli/output.ts';

describe('maskPasswords', () => {
  it.each([
    ['rabbit://me:secret@host/', 'rabbit://***@host/'],
    ['see rabbit://a:secret@h1:1,b:secret2@h2/v?x=1 there', 'see rabbit://***@h2/v?x=1 there'],
    ['rabbit://host/ and me@host', 'rabbit://host/ and me@host'],
    ["unknown option '--ulr=amqps://me:se@cret@host'", "unknown option '--ulr=amqps://***@host'"],
  ])('makes %s into %s', (text, expected) => {
    expect(maskPasswords(text)).toBe(expected);
  });
});

describe('presentable', () => {
  it('takes the sting out of what steers a terminal, and keeps the lines', () => {
    expect(presentable('a\u001b[31mb\n\tc\u0007\u009b')).toBe('ab\n\tc\ufffd\ufffd');
  });

  it('can be one line', () => {
    expect(presentableLine('\na\r\n  b\n\nc\n')).toBe('a b c');
  });
});
