import { brotliCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LimitsOptions } from '../../src/index.ts';
import { sealEnvelope } from '../wire/sealed-envelope.ts';
import { openReplyBox, type ReplyBox } from './reply-box.ts';
import { memory, openTheatre, type Theatre, venues } from './theatre.ts';

const rejected = 'rejected a message that is no request';
const failed = 'a method failed';
const notFound = 'a request found no method';
const wrongQueue = 'dropped a reply to a queue that is no reply queue';

interface BadInput {
  readonly what: string;
  readonly body: (call: object) => string | Uint8Array;
  readonly compression?: string;
  /** The line in the log. */
  readonly line: string;
  /** The class of the failure that the caller gets; nothing when the contract has none. */
  readonly failure?: string;
}

/** 64 MiB of them, made by Python's `bz2.compress`. */
const bzip2OfZeros = Buffer.from(
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZvAS1wwCidcAAwAAACCAAIKQINjKKiE0qKiE4' +
    'u5IpwoSFALuD6A==',
  'base64',
);

/** Made beforehand: it takes seconds, which a server in this thread would tell of. */
const brotliOfZeros = brotliCompressSync(Buffer.alloc(64 << 20));

const request = { method: 'echo', args: { value: 1 } };
const changed = (change: object) => (call: object) =>
  JSON.stringify({ ...request, ...call, ...change });
const sealed = (version: unknown, message: unknown): string =>
  JSON.stringify({ 'oslo.version': version, 'oslo.message': message });

const inputs: readonly BadInput[] = [
  { what: 'no JSON', body: () => '{nope', line: rejected },
  { what: 'no UTF-8', body: () => Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), line: rejected },
  { what: 'a byte order mark', body: (call) => `\uFEFF${changed({})(call)}`, line: rejected },
  { what: 'a list', body: () => '[1]', line: rejected },
  { what: 'null', body: () => 'null', line: rejected },
  {
    what: 'envelope 3.0',
    body: (call) => sealed('3.0', changed({})(call)),
    line: rejected,
  },
  { what: 'a message that is an object', body: () => sealed('2.0', request), line: rejected },
  { what: 'a message that is a list', body: () => sealed('2.0', '[1]'), line: rejected },
  {
    what: '__proto__ in the arguments',
    body: () => '{"method": "echo", "args": {"__proto__": {"polluted": 1}}}',
    line: rejected,
  },
  {
    what: '__proto__ in the context',
    body: () => '{"method": "echo", "_context___proto__": {"polluted": 1}}',
    line: rejected,
  },
  {
    what: '10,000 levels',
    body: () => `{"args": {"value": ${'['.repeat(10_000)}${']'.repeat(10_000)}}}`,
    line: rejected,
  },
  { what: 'two million values', body: () => `[${'0,'.repeat(2_000_001)}0]`, line: rejected },
  { what: '20 MB', body: () => Buffer.alloc(20_000_000, ' '), line: rejected },
  {
    what: 'a bomb of brotli',
    body: () => brotliOfZeros,
    compression: 'application/x-brotli',
    line: rejected,
  },
  {
    what: 'a bomb of bzip2',
    body: () => bzip2OfZeros,
    compression: 'application/x-bz2',
    line: rejected,
  },
  { what: 'an empty body', body: () => '', line: failed },
  { what: 'no method', body: changed({ method: undefined }), line: failed, failure: 'TypeError' },
  { what: 'method null', body: changed({ method: null }), line: failed, failure: 'TypeError' },
  { what: 'method 5', body: changed({ method: 5 }), line: failed, failure: 'TypeError' },
  {
    what: 'a method that has no text',
    body: changed({ method: { toString: 1, valueOf: [] } }),
    line: failed,
    failure: 'TypeError',
  },
  {
    what: 'a method that would steer a terminal',
    body: changed({ method: `\n\u001b[2J\u202e${'x'.repeat(100_000)}` }),
    line: notFound,
    failure: 'NoSuchMethod',
  },
  { what: 'args null', body: changed({ args: null }), line: failed, failure: 'TypeError' },
  { what: 'args a list', body: changed({ args: [1] }), line: failed, failure: 'TypeError' },
  { what: 'args a text', body: changed({ args: 'x' }), line: failed, failure: 'TypeError' },
  {
    what: 'version null',
    body: changed({ version: null }),
    line: notFound,
    failure: 'UnsupportedVersion',
  },
  {
    what: 'a namespace that is an object',
    body: changed({ namespace: { toString: 1 } }),
    line: notFound,
    failure: 'UnsupportedVersion',
  },
  { what: 'no reply queue', body: changed({ _reply_q: undefined }), line: wrongQueue },
  { what: "somebody's reply queue", body: changed({ _reply_q: 'payments' }), line: wrongQueue },
  { what: 'a reply queue 5', body: changed({ _reply_q: 5 }), line: wrongQueue },
  {
    what: 'a reply queue with a name that AMQP has not',
    body: changed({ _reply_q: `reply_${'☃'.repeat(200)}` }),
    line: wrongQueue,
  },
  {
    what: 'a reply queue that would steer a terminal',
    body: changed({ _reply_q: 'reply_\r\n\u001b[2J' }),
    line: wrongQueue,
  },
];

async function receive(
  { topic, transport }: Theatre,
  box: ReplyBox,
  { body, compression }: Pick<BadInput, 'body' | 'compression'>,
): Promise<void> {
  const bytes = body({ _msg_id: 'bad', _reply_q: box.queue });
  const message = { body: Buffer.from(bytes), compression };
  await transport.driver.send({ type: 'target', target: { topic } }, message);
}

/** Every text in what was logged. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => (key === 'stack' ? [] : textsIn(part)));
}

describe.each(venues)('what is no good request on $kind', (venue) => {
  it.each(['async', 'pool'] as const)('is one line and one failure under %s', async (executor) => {
    const theatre = await openTheatre(venue);
    const { client, lines, stage } = theatre;
    const runtime = theatre.runtime();
    await runtime.start({ executor });
    const box = await openReplyBox(theatre.url);
    for (const input of inputs) {
      const logged = lines.length;
      const replied = box.replies.length;
      await receive(theatre, box, input);
      await expect.poll(() => lines.length, { message: input.what }).toBeGreaterThan(logged);
      // With one slot, what came after it is answered after it.
      expect(await client.call({}, 'echo', { value: input.what })).toBe(input.what);
      const news = lines.slice(logged);
      expect(news, input.what).toMatchObject([{ message: input.line }]);
      const texts = textsIn(news);
      expect(texts.join(''), input.what).toMatch(/^\P{C}*$/u);
      expect(Math.max(...texts.map(({ length }) => length)), input.what).toBeLessThan(2000);
      const failures = box.replies.slice(replied).map(({ failure }) => failure?.class);
      expect(failures, input.what).toEqual(input.failure ? [input.failure] : []);
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(stage.entered).toBe(0);
    const report = await runtime.drain();
    expect(report).toMatchObject({ returned: 0, abandoned: 0 });
    // Another server finds nothing left over.
    const logged = lines.length;
    await theatre.runtime().start();
    expect(await client.call({}, 'echo', { value: 'last' })).toBe('last');
    expect(lines.slice(logged)).toEqual([]);
  });
});

describe.each(venues)('a call with an odd id on $kind', (venue) => {
  it.each([
    ['a number', 5],
    ['an object', { toString: 1, valueOf: 2 }],
    ['deep', JSON.parse(`${'['.repeat(490)}${']'.repeat(490)}`)],
    ['long', 'x'.repeat(100_000)],
  ])('is answered to it: %s', async (_, msgId) => {
    const theatre = await openTheatre(venue);
    await theatre.runtime().start({ executor: 'pool' });
    const box = await openReplyBox(theatre.url);
    const uniqueId = 'u'.repeat(100_000);
    const odd = { ...request, _msg_id: msgId, _reply_q: box.queue, _unique_id: uniqueId };
    for (const expected of [1, 2]) {
      await receive(theatre, box, { body: () => sealEnvelope(JSON.stringify(odd)) });
      await expect.poll(() => box.replies.length).toBe(expected);
    }
    expect(box.replies[0]).toMatchObject({ msgId, result: 1, ending: true });
    expect(theatre.lines).toEqual([]);
  });

  it('that is gone with its queue is dropped: an object', async () => {
    const theatre = await openTheatre(venue);
    const { lines } = theatre;
    await theatre.runtime({ rpc: { missingReplyQueueTimeoutMs: 0 } }).start();
    const box = await openReplyBox(theatre.url);
    const odd = { ...request, _msg_id: { toString: 1 }, _reply_q: 'reply_of_nobody' };
    await receive(theatre, box, { body: () => JSON.stringify(odd) });
    await expect
      .poll(() => lines)
      .toMatchObject([
        { message: 'dropped a reply: its queue is gone', fields: { msgId: 'an object' } },
      ]);
  });
});

describe.each(venues)('[limits] on $kind', (venue) => {
  it.each(['async', 'pool'] as const)('can be set, under %s', async (executor) => {
    const theatre = await openTheatre(venue);
    const { client, lines } = theatre;
    const limits = { maxBodyBytes: 2_000, maxDepth: 5 };
    await theatre.runtime({ rpc: { limits } }).start({ executor });
    const box = await openReplyBox(theatre.url);
    const bodies = [' '.repeat(2_001), '{"args": {"value": [[[[]]]]}}'];
    for (const body of bodies) await receive(theatre, box, { body: () => body });
    const compression = 'brotli';
    await receive(theatre, box, {
      body: () => brotliCompressSync(Buffer.alloc(3_000)),
      compression,
    });
    expect(await client.call({}, 'echo', { value: [[[]]] })).toEqual([[[]]]);
    expect(lines.map(({ fields }) => fields)).toEqual([
      { reason: 'body of 2001 bytes is larger than the 2000 that are taken' },
      { reason: 'body: JSON text is nested deeper than 5 levels' },
      { reason: 'body is larger than 2000 bytes when decompressed' },
    ]);
  });
});

describe('[limits] that make no sense', () => {
  it.each([
    [{ maxDepth: 501 }, /rpc\.limits\.maxDepth/],
    [{ maxDepth: 0 }, /rpc\.limits\.maxDepth/],
    [{ maxBodyBytes: 0 }, /rpc\.limits\.maxBodyBytes/],
    [{ maxBodyByte: 5 }, /did you mean 'maxBodyBytes'/],
  ])('are refused: %j', async (limits, complaint) => {
    const { runtime } = await openTheatre(memory);
    expect(() => runtime({ rpc: { limits: limits as LimitsOptions } })).toThrow(complaint);
  });
});

describe('[replyQueuePrefix]', () => {
  it('says which queues are answered', async () => {
    const theatre = await openTheatre(memory);
    await theatre.runtime({ rpc: { replyQueuePrefix: 'answers_' } }).start();
    const box = await openReplyBox(theatre.url);
    const bodies = ['answers_nobody', box.queue].map((queue) =>
      JSON.stringify({ ...request, _msg_id: queue, _reply_q: queue }),
    );
    for (const body of bodies) await receive(theatre, box, { body: () => body });
    await expect
      .poll(() => theatre.lines)
      .toMatchObject([
        { message: wrongQueue, fields: { queue: box.queue } },
        { message: 'a reply waits: its queue is missing', fields: { queue: 'answers_nobody' } },
      ]);
    expect(box.replies).toEqual([]);
  });
});
