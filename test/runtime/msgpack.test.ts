import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { connect, RemoteError, RPCClient } from '../../src/index.ts';
import { contentTypes } from '../../src/wire/body-format.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import type { Actor } from '../executors/endpoints/actor.ts';
import { openReplyBox } from './reply-box.ts';
import { errorOf, memory, openTheatre, type Theatre, venues } from './theatre.ts';

const executors = ['async', 'pool', 'process'] as const;
const contentType = contentTypes.msgpack;

/** One of each kind that JSON has no form for. */
const values = {
  bytes: Uint8Array.of(0, 127, 128, 255),
  image: new Uint8Array(100_000).fill(7),
  date: new Date('2026-11-23T01:02:03.004Z'),
  map: new Map<unknown, unknown>([
    ['text', 1n],
    [5, new Map([[new Date(0), new Set([2n ** 70n])]])],
  ]),
  set: new Set<unknown>(['a', 5n, Uint8Array.of(1)]),
  bigints: [5n, -1n, 2n ** 64n, -(10n ** 100n)],
  nothing: undefined,
};

async function send({ topic, transport }: Theatre, body: Uint8Array, compression?: string) {
  const target = { type: 'target', target: { topic } } as const;
  await transport.driver.send(target, { body, contentType, compression });
}

describe.each(venues)("[format] 'msgpack' on $kind", (venue) => {
  it.each(executors)('keeps what JSON would change, under %s', async (executor) => {
    const { client, runtime } = await openTheatre(venue);
    await runtime().start({ executor });
    const packing = client.prepare<Actor>({ format: 'msgpack' });
    const about = await packing.call(values, 'about');
    expect(Reflect.get(about, 'values')).toEqual(values);
    const result = await packing.call({}, 'echo', { value: values });
    expect(result).toStrictEqual(values);
    expect(await packing.call({}, 'echo', { value: undefined })).toBeNull();
    await packing.cast(values, 'note');
  });

  it.each(executors)('tells failures with their class, under %s', async (executor) => {
    const { client, runtime } = await openTheatre(venue);
    await runtime().start({ executor });
    const packing = client.prepare<Actor>({ format: 'msgpack' });
    const error = await errorOf(packing.call({}, 'fail', { message: 'too far ☃' }));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      remoteClass: 'ValueError',
      remoteModule: 'builtins',
      remoteMessage: 'too far ☃',
      remoteArgs: ['too far ☃'],
    });
    const unencodable = await errorOf(packing.call({}, 'unencodable'));
    expect(unencodable).toMatchObject({
      remoteClass: 'TypeError',
      remoteMessage: 'a function has no form on the wire',
    });
  });

  it.each(executors)('is answered in kind beside JSON, under %s', async (executor) => {
    const { client, runtime, topic, transport, url } = await openTheatre(venue);
    await runtime().start({ executor });
    const packing = client.prepare<Actor>({ format: 'msgpack' });
    const date = new Date(0);
    const calls = Array.from({ length: 20 }, (_, n) => [
      client.call({}, 'echo', { value: [n, date] }),
      packing.call({}, 'echo', { value: [n, date] }),
    ]).flat();
    expect(await Promise.all(calls)).toEqual(
      Array.from({ length: 20 }, (_, n) => [
        [n, '1970-01-01T00:00:00.000000'],
        [n, date],
      ]).flat(),
    );
    const box = await openReplyBox(url);
    for (const format of ['json', 'msgpack'] as const) {
      const call = { msgId: format, replyQueue: box.queue };
      const body = encodeRequest({ method: 'echo', args: {}, context: {}, call }, format);
      const message = { body, contentType: contentTypes[format] };
      await transport.driver.send({ type: 'target', target: { topic } }, message);
      await expect.poll(() => box.to(format)).toMatchObject([{ contentType: message.contentType }]);
    }
  });

  it.each(executors)('can be compressed, under %s', async (executor) => {
    const { runtime, topic, url } = await openTheatre(venue);
    await runtime({ rpc: { compression: 'brotli' } }).start({ executor });
    await using transport = await connect(url, { compression: 'zlib' });
    const options = { format: 'msgpack' } as const;
    const client = new RPCClient<Actor>(transport, { topic, version: '1.0' }, options);
    expect(await client.call({}, 'echo', { value: values })).toStrictEqual(values);
  });

  it.each(executors)('that is malformed is rejected, under %s', async (executor) => {
    const theatre = await openTheatre(venue);
    const { client, lines, runtime, stage } = theatre;
    await runtime().start({ executor });
    const whole = encodeRequest({ method: 'note', args: {}, context: {} }, 'msgpack');
    const bodies = [
      Buffer.from('{"method": "note"}'),
      whole.subarray(0, -1),
      Buffer.alloc(100_000, 0x91),
      Buffer.concat([whole, Buffer.of(0xc0)]),
    ];
    for (const body of bodies) await send(theatre, body);
    expect(await client.call({}, 'echo', { value: 'after all' })).toBe('after all');
    await expect.poll(() => lines.length).toBe(bodies.length);
    expect(new Set(lines.map(({ message }) => message))).toEqual(
      new Set(['rejected a message that is no request']),
    );
    expect(lines.map(({ fields }) => Reflect.get(fields, 'reason')).sort()).toEqual([
      'MessagePack ends too early',
      'MessagePack has bytes after its end',
      'MessagePack has bytes after its end',
      'MessagePack is nested deeper than 500 levels',
    ]);
    expect(stage.entered).toBe(0);
  });
});

describe('a MessagePack request', () => {
  const twin = { method: 'note', args: {}, context: {}, uniqueId: 'twin' };

  it.each(executors)('that arrives twice runs once under %s', async (executor) => {
    const theatre = await openTheatre(memory);
    const { client, lines, runtime, stage } = theatre;
    await runtime({ pool: { threads: 1, concurrency: 4 } }).start({ executor });
    const body = encodeRequest(twin, 'msgpack');
    await Promise.all([
      send(theatre, body),
      send(theatre, body),
      send(theatre, deflateSync(body), 'zlib'),
    ]);
    await expect.poll(() => lines.length).toBe(2);
    await client.call({}, 'echo', { value: 'after all' });
    expect(stage.entered).toBe(1);
    expect(lines.map(({ message, fields }) => [message, fields])).toEqual(
      Array(2).fill(['dropped a message that has been run before', { uniqueId: 'twin' }]),
    );
  });

  it.each(executors)('is not taken for another that it quotes, under %s', async (executor) => {
    const theatre = await openTheatre(memory);
    const { client, lines, runtime, stage } = theatre;
    await runtime().start({ executor });
    for (const uniqueId of ['one', 'two', 'one']) {
      const quoted = ['{"_unique_id": "same"}', encodeRequest(twin, 'msgpack')];
      await send(theatre, encodeRequest({ ...twin, args: { quoted }, uniqueId }, 'msgpack'));
    }
    await expect.poll(() => lines.length).toBe(1);
    await client.call({}, 'echo', { value: 'after all' });
    expect(stage.entered).toBe(2);
  });

  it('is answered by the runtime when it is a ping', async () => {
    const { client, runtime, stage } = await openTheatre(memory);
    await runtime().start({ executor: 'pool' });
    const blocked = client.call({}, 'block', { value: 1 });
    await stage.untilEntered(1);
    const prober = client.prepare<{ oslo_rpc_server_ping(ctx: unknown): string }>({
      format: 'msgpack',
    });
    expect(await prober.call({}, 'oslo_rpc_server_ping')).toBe('pong');
    stage.release();
    expect(await blocked).toBe(1);
  });

  it('keeps its monitoring caller waiting: keep-alives are JSON, as they always are', async () => {
    const theatre = await openTheatre(memory);
    await theatre.runtime().start({ executor: 'pool' });
    const box = await openReplyBox(theatre.url);
    const call = { msgId: 'm', replyQueue: box.queue, monitorTimeout: 1 };
    await send(theatre, encodeRequest({ ...twin, method: 'block', call }, 'msgpack'));
    await expect.poll(() => box.replies.length).toBe(2);
    theatre.stage.release();
    await expect.poll(() => box.replies.at(-1)).toMatchObject({ ending: true, contentType });
    expect(box.replies[0]).toMatchObject({ ending: false, contentType: contentTypes.json });
  });
});
