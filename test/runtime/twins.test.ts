import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compressed } from '../../src/wire/compression.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { openRawChannel } from '../support/raw-channel.ts';
import { memory, openTheatre, rabbit } from './theatre.ts';

const note = { method: 'note', args: {}, context: {} };

describe('a message that is published again over RabbitMQ', () => {
  it.each(['blocking', 'async', 'pool', 'process'] as const)(
    'runs once under %s',
    async (executor) => {
      const { client, lines, runtime, stage, topic, transport } = await openTheatre(rabbit);
      await runtime({ pool: { threads: 2, concurrency: 4 } }).start({ executor });
      const bodies = ['a', 'b', 'c'].map((uniqueId) => encodeRequest({ ...note, uniqueId }));
      for (let sent = 0; sent < 10; sent += 1) {
        const sends = bodies.map((body) =>
          transport.driver.send({ type: 'target', target: { topic } }, { body }),
        );
        await Promise.all(sends);
      }
      await expect.poll(() => lines.length).toBe(27);
      await client.call({}, 'echo', { value: 'after all' });
      expect(stage.entered).toBe(3);
      await using raw = await openRawChannel();
      expect(await raw.channel.checkQueue(topic)).toMatchObject({ messageCount: 0 });
    },
  );

  it('[duplicateWindow] runs again when it has been forgotten', async () => {
    const { client, runtime, stage, topic, transport } = await openTheatre(rabbit);
    await runtime({ rpc: { duplicateWindow: 2 } }).start({ executor: 'blocking' });
    for (const uniqueId of ['one', 'two', 'one', 'three', 'one', 'two']) {
      const body = encodeRequest({ ...note, uniqueId });
      await transport.driver.send({ type: 'target', target: { topic } }, { body });
    }
    await client.call({}, 'echo', { value: 'after all' });
    // 'one' once more after two others, and 'two' after 'three' and 'one'; the window moves on
    // with messages that run, not with those that are dropped. The last call has no part in it.
    expect(stage.entered).toBe(5);
  });
});

describe('[acknowledge] on-reply, a message that comes again while it runs', () => {
  it('runs once, is answered, and leaves the queue when it has been', async () => {
    const { client, lines, runtime: make, stage, topic, url } = await openTheatre(rabbit);
    const proxy = await openProxy(url);
    const runtime = make({ transport: proxy.url, rpc: { acknowledge: 'on-reply' } });
    await runtime.start();
    const held = client.call({}, 'hold', { value: 'answered' });
    await stage.untilEntered(1);
    proxy.cut();
    // The broker delivers the call before this one, and to the same server.
    expect(await client.call({}, 'echo', { value: 'again' })).toBe('again');
    expect(stage.entered).toBe(1);
    await using raw = await openRawChannel();
    stage.release();
    expect(await held).toBe('answered');
    await expect
      .poll(() => lines.map(({ message }) => message))
      .toContain('dropped a message that has been run before');
    await runtime.stop();
    expect(await raw.channel.checkQueue(topic)).toMatchObject({ messageCount: 0 });
    expect(stage.entered).toBe(1);
  });

  it('is not lost when its server ends before it has been answered', async () => {
    const { client, runtime: make, stage, url } = await openTheatre(rabbit);
    const proxy = await openProxy(url);
    const first = make({ transport: proxy.url, rpc: { acknowledge: 'on-reply' } });
    await first.start();
    const held = client.call({}, 'hold', { value: 'by the second' });
    await stage.untilEntered(1);
    proxy.cut();
    expect(await client.call({}, 'echo', { value: 'again' })).toBe('again');
    await first.stop({ graceMs: 0 });
    await make().start();
    await stage.untilEntered(2);
    stage.release(2);
    expect(await held).toBe('by the second');
  });

  it.each([
    ['a scan finds', undefined],
    ['only its parser knows', 'zlib'],
  ] as const)(
    'is given back when its server is drained, by an id that %s',
    async (_, compression) => {
      const { client, runtime: make, stage, topic, transport } = await openTheatre(memory);
      const first = make({ rpc: { acknowledge: 'on-reply' } });
      await first.start();
      const body = encodeRequest({ ...note, method: 'hold', uniqueId: 'twin' });
      const message = compressed(body, compression);
      const send = () => transport.driver.send({ type: 'target', target: { topic } }, message);
      await send();
      await stage.untilEntered(1);
      await send();
      await client.call({}, 'echo', { value: 'after both' });
      expect(await first.drain({ timeoutMs: 0 })).toMatchObject({
        finished: 1,
        returned: 2,
        abandoned: 0,
      });
    },
  );
});

/** Something between a server and the broker that can cut them off. */
async function openProxy(url: string): Promise<{ url: string; cut: () => void }> {
  const broker = new URL(url);
  const { hostname, port } = broker;
  const sockets = new Set<net.Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = net.createServer((near) => {
    const far = net.connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      // Either end of a connection that was cut; the other is destroyed with it.
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    cut();
    server.close();
  });
  broker.port = String((server.address() as net.AddressInfo).port);
  return { url: broker.href, cut };
}
