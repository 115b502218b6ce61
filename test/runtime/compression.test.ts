import { setImmediate as nextTurn } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { connect, InvalidOptionError, RPCClient } from '../../src/index.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import type { Actor } from '../executors/endpoints/actor.ts';
import { openReplyBox } from './reply-box.ts';
import { errorOf, memory, openTheatre, venues } from './theatre.ts';

const executors = ['blocking', 'async', 'pool', 'process'] as const;

describe.each(venues)('[compression] on $kind', (venue) => {
  it.each(['zlib', 'brotli'] as const)('%s, both ways', async (compression) => {
    const { runtime, topic, url } = await openTheatre(venue);
    await runtime({ rpc: { compression } }).start({ executor: 'pool' });
    await using transport = await connect(url, { compression });
    const client = new RPCClient<Actor>(transport, { topic, version: '1.0' });
    const value = { text: 'Grüße'.repeat(1000) };
    expect(await client.call({}, 'echo', { value })).toEqual(value);
    await client.cast({}, 'note');
    const error = await errorOf(client.call({}, 'fail', { message: 'no' }));
    expect(error).toMatchObject({ remoteMessage: 'no' });
  });

  it('names the kind in the header of requests and replies', async () => {
    const { runtime, topic, transport, url } = await openTheatre(venue);
    await runtime({ rpc: { compression: 'zlib' } }).start({ executor: 'pool' });
    const box = await openReplyBox(url);
    const call = { msgId: 'm', replyQueue: box.queue };
    const args = { value: 'x'.repeat(10_000) };
    const body = encodeRequest({ method: 'echo', args, context: {}, call });
    await transport.driver.send({ type: 'target', target: { topic } }, { body });
    await expect.poll(() => box.replies).toMatchObject([{ compression: 'application/x-gzip' }]);
    await using listener = await transport.driver.listen(
      { topic: `${topic}-raw`, server: 'raw' },
      { prefetch: 1 },
    );
    await using compressing = await connect(url, { compression: 'brotli' });
    await new RPCClient(compressing, { topic: `${topic}-raw` }).cast({}, 'echo', args);
    const [message] = await listener.poll(1);
    expect(message?.headers['compression']).toBe('application/x-brotli');
    expect(message?.body.byteLength).toBeLessThan(1_000);
  });
});

describe('a compressed request', () => {
  const twin = { method: 'note', args: {}, context: {}, uniqueId: 'twin' };
  const message = { body: deflateSync(encodeRequest(twin)), compression: 'zlib' };

  it.each(executors)('that arrives twice runs once under %s', async (executor) => {
    const { client, lines, runtime, stage, topic, transport } = await openTheatre(memory);
    await runtime({ pool: { threads: 1, concurrency: 4 } }).start({ executor });
    const send = () => transport.driver.send({ type: 'target', target: { topic } }, message);
    await Promise.all([send(), send(), send()]);
    await expect.poll(() => lines.length).toBe(2);
    await client.call({}, 'echo', { value: 'after all' });
    expect(stage.entered).toBe(1);
    expect(lines.map(({ message: line, fields }) => [line, fields])).toEqual(
      Array(2).fill(['dropped a message that has been run before', { uniqueId: 'twin' }]),
    );
  });

  it.each(executors)('with an ambiguous id is told apart by it under %s', async (executor) => {
    const { client, runtime, stage, topic, transport } = await openTheatre(memory);
    await runtime().start({ executor });
    for (const uniqueId of ['one', 'two', 'one']) {
      const args = { value: { _unique_id: 'same' } };
      const body = encodeRequest({ ...twin, args, uniqueId });
      await transport.driver.send({ type: 'target', target: { topic } }, { body });
    }
    await client.call({}, 'echo', { value: 'after all' });
    await expect.poll(() => stage.running).toBe(0);
    expect(stage.entered).toBe(2);
  });

  it.each(executors)('is answered when it is a ping, under %s', async (executor) => {
    const { runtime, topic, url } = await openTheatre(memory);
    await runtime().start({ executor });
    await using transport = await connect(url, { compression: 'zlib' });
    const prober = new RPCClient(transport, { topic });
    expect(await prober.call({}, 'oslo_rpc_server_ping')).toBe('pong');
  });

  it('is decompressed where it is parsed: the loop goes on turning', async () => {
    const { client, runtime, topic, transport } = await openTheatre(memory);
    await runtime().start({ executor: 'pool' });
    await client.call({}, 'echo', { value: 'the host is there' });
    const args = { value: 'x'.repeat(15 << 20) };
    const body = deflateSync(encodeRequest({ ...twin, args }), { level: 1 });
    const before = performance.now();
    for (let sent = 0; sent < 8; sent += 1) {
      const compressed = { body, compression: 'zlib' };
      await transport.driver.send({ type: 'target', target: { topic } }, compressed);
    }
    await nextTurn();
    const tookMs = performance.now() - before;
    const answered = client.call({}, 'echo', { value: 'all done' });
    expect(await answered).toBe('all done');
    // The host takes ten times as long for the eight of them.
    expect(tookMs).toBeLessThan((performance.now() - before) / 2);
  });
});

describe('[compression] that there is not', () => {
  it('is refused where it is written', async () => {
    const url = await memory.open();
    const compression = 'gzip' as 'zlib';
    expect(await errorOf(connect(url, { compression }))).toBeInstanceOf(InvalidOptionError);
    const { runtime } = await openTheatre(memory);
    expect(() => runtime({ rpc: { compression } })).toThrow(/rpc\.compression/);
  });
});
