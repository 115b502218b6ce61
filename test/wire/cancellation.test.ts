import { describe, expect, it } from 'vitest';
import {
  cancellableHeaders,
  cancellationIn,
  cancellationOf,
  cancelQueueOf,
  isCancellable,
} from '../../src/wire/cancellation.ts';
import { openEnvelope } from '../../src/wire/envelope.ts';
import { decodeReply, encodeCancelNote, encodeKeepAlive } from '../../src/wire/reply.ts';

/** Headers that a sender made up, as a driver hands them over. */
const headers = (own: object): Record<string, unknown> => Object.assign(Object.create(null), own);

describe('a request that may be cancelled', () => {
  it('says so in its headers', () => {
    expect(isCancellable(headers(cancellableHeaders))).toBe(true);
    expect(isCancellable(headers({}))).toBe(false);
  });

  it.each([[1], [true], ['true'], [''], [['1']], [null]])('does not say so with %j', (value) => {
    expect(isCancellable(headers({ 'greenroom-cancellable': value }))).toBe(false);
  });
});

describe('a cancellation', () => {
  it('names its call in a header, and has a body of which nothing is read', () => {
    const { body, headers: sent } = cancellationOf('the id');
    expect(sent).toEqual({ 'greenroom-cancel': 'the id' });
    expect(openEnvelope(body)).toEqual({});
    expect(cancellationIn(headers(sent))).toBe('the id');
  });

  it.each([
    ['a number', 7],
    ['a list', ['m']],
    ['a table', { m: 1 }],
    ['bytes', Buffer.from('m')],
    ['nothing', ''],
    ['too long an id', 'x'.repeat(129)],
  ])('is none with %s in the header', (_what, value) => {
    expect(cancellationIn(headers({ 'greenroom-cancel': value }))).toBeUndefined();
  });

  it('is none when the header is inherited', () => {
    expect(cancellationIn(Object.create({ 'greenroom-cancel': 'm' }))).toBeUndefined();
    expect(isCancellable(Object.create(cancellableHeaders))).toBe(false);
  });

  it('is taken with an id as long as the longest', () => {
    const longest = 'x'.repeat(128);
    expect(cancellationIn(headers({ 'greenroom-cancel': longest }))).toBe(longest);
  });
});

describe('the note that says where a call is cancelled', () => {
  const { body } = encodeCancelNote({ msgId: 'm', queue: 'reply_abc' });

  it('is a keep-alive with one key more', () => {
    const { greenroom_cancel_queue: queue, _unique_id: _id, ...rest } = openEnvelope(body);
    const { _unique_id: _other, ...keepAlive } = openEnvelope(encodeKeepAlive({ msgId: 'm' }).body);
    expect(rest).toEqual(keepAlive);
    expect(queue).toBe('reply_abc');
    expect(decodeReply(body)).toMatchObject({
      msgId: 'm',
      ending: false,
      result: null,
      cancelQueue: 'reply_abc',
    });
  });

  it('is no note without that key', () => {
    expect(decodeReply(encodeKeepAlive({ msgId: 'm' }).body).cancelQueue).toBeUndefined();
  });

  it.each([
    ['reply_host:worker:1', true],
    ['reply_', false],
    ['payments', false],
    ['x reply_abc', false],
    ['reply_abc\n', false],
    [`reply_${'x'.repeat(249)}`, true],
    [`reply_${'x'.repeat(250)}`, false],
    [7, false],
    [null, false],
    [['reply_abc'], false],
  ])('names a reply queue or nothing: %j', (value, isTaken) => {
    expect(cancelQueueOf(value)).toBe(isTaken ? value : undefined);
  });
});
