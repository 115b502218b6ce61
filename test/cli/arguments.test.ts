import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  countArgument,
  durationArgument,
  jsonObject,
  priorityArgument,
  versionArgument,
} from '../../src/cli/arguments.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

describe('jsonObject', () => {
  it('reads an object', () => {
    expect(jsonObject('{"id": 12345678901234567890}', 'it')).toEqual({
      id: 12345678901234567890n,
    });
  });

  it.each([
    ['[1]', '--context must be an object such as {"id": "a"}, not a list'],
    ['null', '--context must be an object such as {"id": "a"}, not null'],
    ['3', '--context must be an object such as {"id": "a"}, not a number'],
    ['', "--context can't be read: Unexpected end of JSON input"],
  ])('refuses %j', (text, message) => {
    expect(() => jsonObject(text, '--context')).toThrow(new UsageError(message));
  });
});

describe('countArgument', () => {
  it('reads a whole number', () => {
    expect(countArgument('20')).toBe(20);
  });

  it.each(['', '-1', '1.5', 'many', '1e3'])('refuses %j', (text) => {
    expect(() => countArgument(text)).toThrow(InvalidArgumentError);
  });
});

describe('priorityArgument', () => {
  it.each(['error', 'ERROR', 'Error'])('takes %s', (text) => {
    expect(priorityArgument(text)).toBe('error');
  });

  it.each(['', 'high', ' error'])('refuses %j', (text) => {
    expect(() => priorityArgument(text)).toThrow(InvalidArgumentError);
  });
});

describe('versionArgument', () => {
  it.each(['1.0', '2.13', '1.2.3'])('takes %s', (text) => {
    expect(versionArgument(text)).toBe(text);
  });

  it.each(['', '1', 'v1.0', '1.0.0.0', 'latest'])('refuses %j', (text) => {
    expect(() => versionArgument(text)).toThrow(InvalidArgumentError);
  });
});

describe('durationArgument', () => {
  it('asks for a unit', () => {
    expect(() => durationArgument('5')).toThrow('with its unit, such as 500ms, 2s or 1m');
  });
});
