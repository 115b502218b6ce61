import { describe, expect, it } from 'vitest';
import { shortened, shownValue } from '../src/log.ts';

describe('shortened', () => {
  it('cuts, and says so', () => {
    expect(shortened('x'.repeat(200))).toBe('x'.repeat(200));
    expect(shortened('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`);
    expect(shortened('text', 2)).toBe('te…');
  });

  it('escapes what would end the line or steer a terminal', () => {
    expect(shortened('a\r\nb\u001b[2J\u0000\u009b\u202e\u2028')).toBe(
      'a\\u000d\\u000ab\\u001b[2J\\u0000\\u009b\\u202e\\u2028',
    );
    expect(shortened('Grüße, 世界 😀')).toBe('Grüße, 世界 😀');
  });
});

describe('shownValue', () => {
  it.each([
    ['text\n', 'text\\u000a'],
    [5, '5'],
    [12345678901234567890n, '12345678901234567890'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ toString: 1, valueOf: 1 }, 'an object'],
    [[{ toString: 1 }], 'a list'],
  ])('shows any value, case %#', (value, text) => {
    expect(shownValue(value)).toBe(text);
  });
});
