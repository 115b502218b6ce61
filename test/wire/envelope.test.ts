import { describe, expect, test } from 'vitest';
import { MalformedMessage } from '../../src/errors.ts';
import { openEnvelope, sealMessage } from '../../src/wire/envelope.ts';
import { sealEnvelope } from './sealed-envelope.ts';

const enveloped = (version: unknown, message: unknown): Buffer =>
  Buffer.from(JSON.stringify({ 'oslo.version': version, 'oslo.message': message }));

describe('sealMessage', () => {
  test('the envelope is written as kombu writes it', () => {
    expect(sealMessage({ a: '☃' }, 'json').toString()).toBe(
      '{"oslo.version": "2.0", "oslo.message": "{\\"a\\": \\"☃\\"}"}',
    );
  });
});

describe('openEnvelope', () => {
  test('a sealed message comes out again', () => {
    expect(openEnvelope(sealEnvelope('{"a": [1, "hé ☃ 😀"]}'))).toEqual({ a: [1, 'hé ☃ 😀'] });
  });

  test.each<[string, Buffer, Record<string, unknown>]>([
    ['an empty body', Buffer.from(''), {}],
    ['an empty object', Buffer.from('{}'), {}],
    ['a bare message', Buffer.from('{"method": "echo"}'), { method: 'echo' }],
    ['half an envelope', Buffer.from('{"oslo.version": "9"}'), { 'oslo.version': '9' }],
    ['version 2.0.0', enveloped('2.0.0', '{"a": 1}'), { a: 1 }],
    [
      'further keys',
      Buffer.from('{"x": 1, "oslo.message": "{}", "oslo.version": "2.0", "_unique_id": 1}'),
      {},
    ],
  ])('%s is taken', (_, body, message) => {
    expect(openEnvelope(body)).toEqual(message);
  });

  test.each<[string, Buffer, string]>([
    ['version 1.9', enveloped('1.9', '{}'), 'version'],
    ['version 2.1', enveloped('2.1', '{}'), 'version'],
    ['version 2.0.1', enveloped('2.0.1', '{}'), 'version'],
    ['version 3.0', enveloped('3.0', '{}'), 'version'],
    ['version "2"', enveloped('2', '{}'), 'version'],
    ['version 2.0 as a number', enveloped(2.0, '{}'), 'version'],
    ['version null', enveloped(null, '{}'), 'version'],
    ['a message that is no JSON', enveloped('2.0', '{nope'), 'message in envelope'],
    ['a message that is a list', enveloped('2.0', '[]'), 'message in envelope'],
    ['a message that is an object', enveloped('2.0', {}), 'message in envelope'],
    ['a list', Buffer.from('[1]'), 'no JSON object'],
    ['a list of pairs', Buffer.from('[["method", "echo"]]'), 'no JSON object'],
    ['a string', Buffer.from('"a"'), 'no JSON object'],
    ['a number', Buffer.from('5'), 'no JSON object'],
    ['null', Buffer.from('null'), 'no JSON object'],
    ['no JSON', Buffer.from('{nope'), 'not JSON'],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'UTF-8'],
    ['a byte order mark', Buffer.from('\uFEFF{}'), 'byte order mark'],
    ['__proto__', sealEnvelope('{"args": {"__proto__": {}}}'), '__proto__'],
    ['too many levels', sealEnvelope(`{"a": ${'['.repeat(600)}${']'.repeat(600)}}`), '500 levels'],
  ])('%s is malformed', (_, body, text) => {
    expect(() => openEnvelope(body)).toThrow(MalformedMessage);
    expect(() => openEnvelope(body)).toThrow(text);
  });

  test('a view of a larger buffer is read within its bounds', () => {
    const large = Buffer.concat([Buffer.from('xx'), sealEnvelope('{"a": 1}'), Buffer.from('yy')]);
    expect(
      openEnvelope(new Uint8Array(large.buffer, large.byteOffset + 2, large.length - 4)),
    ).toEqual({
      a: 1,
    });
  });
});
