import { describe, expect, it, onTestFinished } from 'vitest';
import {
  connect,
  InvalidOptionError,
  type LimitsOptions,
  MalformedMessage,
  RPCClient,
  type Transport,
  type TransportOptions,
} from '../../src/index.ts';
import type { Actor } from '../executors/endpoints/actor.ts';
import { errorOf, memory, openTheatre, type Theatre, venues } from '../runtime/theatre.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { HandServer } from './hand-server.ts';

const limits = { maxBodyBytes: 2_000, maxDepth: 5 };
const large = 'x'.repeat(2_000);

/** A client of the theatre whose replies are limited, and what it logs. */
async function limitedClient(theatre: Theatre) {
  const log = new RecordedLog();
  const transport: Transport = await connect(theatre.url, { limits, log });
  onTestFinished(() => transport.close());
  const target = { topic: theatre.topic, version: '1.0' };
  const client = new RPCClient<Actor>(transport, target, { timeoutMs: 60_000 });
  return { client, lines: log.lines };
}

describe.each(venues)('[limits] of a client on $kind', (venue) => {
  it.each([
    ['too large', 'json', large, /body of 2\d{3} bytes is larger than the 2000 that are taken$/],
    ['too deep', 'json', [[[[[]]]]], /JSON text is nested deeper than 5 levels$/],
    ['too large', 'msgpack', large, /body of 2\d{3} bytes is larger than the 2000 that are taken$/],
    ['too deep', 'msgpack', [[[[[]]]]], /nested deeper than 5 levels$/],
  ] as const)('fail a call at once whose reply is %s, in %s', async (_, format, value, reason) => {
    const theatre = await openTheatre(venue);
    await theatre.runtime().start({ executor: 'async' });
    const { client, lines } = await limitedClient(theatre);
    const error = await errorOf(client.call({}, 'echo', { value }, { format }));
    expect(error).toBeInstanceOf(MalformedMessage);
    expect(error).toMatchObject({
      code: 'ERR_GREENROOM_MALFORMED_MESSAGE',
      message: expect.stringMatching(/^the reply to echo from <Target topic=.*> cannot be read: /),
      retryable: false,
      method: 'echo',
      target: { topic: theatre.topic },
      msgId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect((error as Error).message).toMatch(reason);
    expect((error as Error).cause).toBeInstanceOf(MalformedMessage);
    expect(await client.call({}, 'echo', { value: 'small' }, { format })).toBe('small');
    expect(lines).toEqual([]);
  });

  it('make a line in the log of a compressed reply, whose call waits', async () => {
    const theatre = await openTheatre(venue);
    await theatre.runtime({ rpc: { compression: 'zlib' } }).start({ executor: 'async' });
    const { client, lines } = await limitedClient(theatre);
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const failing = errorOf(client.call({}, 'echo', { value: large }, { signal }));
    await expect.poll(() => lines).toHaveLength(1);
    giveUp.abort();
    expect(await failing).toMatchObject({ code: 'ERR_GREENROOM_CALL_CANCELLED' });
    expect(lines).toMatchObject([
      {
        level: 'error',
        message: 'dropped a reply that cannot be read',
        fields: { reason: 'body is larger than 2000 bytes when decompressed' },
      },
    ]);
  });
});

describe('a reply that cannot be read', () => {
  it('fails its call, and is a line in the log when nobody waits for it', async () => {
    const theatre = await openTheatre(memory);
    const server = await HandServer.open(theatre.url, theatre.topic);
    const { client, lines } = await limitedClient(theatre);
    const failing = errorOf(client.call({}, 'echo', { value: 1 }));
    const call = await server.next();
    await server.reply({ ...call, msgId: 'of nobody' }, large);
    await expect
      .poll(() => lines)
      .toMatchObject([{ level: 'error', message: 'dropped a reply that cannot be read' }]);
    await server.reply(call, JSON.parse('{"__proto__": 1}'));
    expect(await failing).toMatchObject({
      code: 'ERR_GREENROOM_MALFORMED_MESSAGE',
      message: expect.stringContaining('an object with the key __proto__'),
    });
    expect(lines).toHaveLength(1);
  });

  it('is one over 16 MiB, unless told otherwise', async () => {
    const { client, topic, url } = await openTheatre(memory);
    const server = await HandServer.open(url, topic);
    const failing = errorOf(client.call({}, 'echo', { value: 1 }));
    await server.reply(await server.next(), 'x'.repeat(16 << 20));
    expect(await failing).toMatchObject({ message: expect.stringContaining('16777216') });
  });
});

describe('[limits] of a client that make no sense', () => {
  it.each<[options: object, complaint: string]>([
    [{ limits: { maxDepth: 501 } }, 'invalid transport options: limits.maxDepth: '],
    [{ limits: { maxDepth: 0 } }, 'limits.maxDepth: '],
    [{ limits: { maxBodyBytes: 0.5 } }, 'limits.maxBodyBytes: '],
    [
      { limits: { maxBodyByte: 5 } },
      "limits.maxBodyByte: unknown option (did you mean 'maxBodyBytes'?)",
    ],
    [{ limit: limits }, "limit: unknown option (did you mean 'limits'?)"],
    [{ maxBodyBytes: 5 }, 'maxBodyBytes: unknown option'],
  ])('are refused: %j', async (options, complaint) => {
    const error = await errorOf(connect(await memory.open(), options as TransportOptions));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toContain(complaint);
  });

  it('count as absent when they are undefined', async () => {
    // What plain JavaScript may pass, whatever the types say.
    const absent = { maxBodyBytes: undefined, maxDepth: undefined } as unknown as LimitsOptions;
    const transport = await connect(await memory.open(), { limits: absent });
    await transport.close();
    expect(transport.orphanedReplies).toBe(0);
  });
});
