import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { connect as connectRaw } from 'amqplib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { FaultProxy } from './fault-proxy.ts';

const amqp = (proxy: FaultProxy): string => `amqp://${proxy.host}`;

describe('the proxy that faults are made with', () => {
  it('passes everything on, and keeps what it is told to from the client', async () => {
    const proxy = await FaultProxy.open(await brokerUrl());
    const queue = uniqueTopic();
    const model = await connectRaw(amqp(proxy));
    onTestFinished(() => model.close());
    const channel = await model.createConfirmChannel();
    await channel.assertQueue(queue, { autoDelete: true });
    const arrived: string[] = [];
    await channel.consume(queue, (message) => message && arrived.push(String(message.content)), {
      noAck: true,
    });
    const publish = async (text: string): Promise<void> => {
      channel.sendToQueue(queue, Buffer.from(text));
      await channel.waitForConfirms();
    };

    await publish('before');
    await expect.poll(() => arrived).toEqual(['before']);
    proxy.swallow('basic.deliver');
    await publish('lost on the way');
    await expect.poll(() => proxy.swallowed).toBe(3); // The method, its header and its body.
    proxy.swallow();
    await publish('after');
    await expect.poll(() => arrived).toEqual(['before', 'after']);
  });

  it('holds one answer on its channel, and passes it on later', async () => {
    const proxy = await FaultProxy.open(await brokerUrl());
    const model = await connectRaw(amqp(proxy));
    onTestFinished(() => model.close());
    const [held, other] = [await model.createChannel(), await model.createChannel()];
    proxy.hold('queue.declare-ok');
    const queue = uniqueTopic();
    const answered = held.assertQueue(queue, { autoDelete: true });
    await expect.poll(() => proxy.held).toBe(1);
    await other.prefetch(1);
    proxy.release();
    expect(await answered).toMatchObject({ queue });
    expect(proxy.held).toBe(0);
  });

  it('holds back what comes while it stalls, and passes it on when it flows', async () => {
    const proxy = await FaultProxy.open(await brokerUrl());
    const model = await connectRaw(amqp(proxy));
    onTestFinished(() => model.close());
    proxy.stall();
    const channel = model.createChannel();
    const first = await Promise.race([channel.then(() => 'a channel'), silence(proxy)]);
    expect(first).toBe('nothing');
    proxy.flow();
    await channel;
  });

  it('cuts a stream at a byte, and flips a bit of one, once', async () => {
    const upstream = net.createServer((socket) => {
      socket.on('error', () => {}); // A stream that is cut ends as it likes.
      socket.pipe(socket);
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    onTestFinished(() => void upstream.close());
    const proxy = await FaultProxy.open(`rabbit://127.0.0.1:${portOf(upstream)}`);
    const echoed = async (sent: Buffer): Promise<Buffer> => {
      const socket = net.connect(Number(new URL(proxy.url).port), '127.0.0.1');
      socket.write(sent);
      let got = Buffer.alloc(0);
      for await (const chunk of socket) {
        got = Buffer.concat([got, chunk]);
        if (got.byteLength === sent.byteLength) break;
      }
      return got;
    };
    const frame = Buffer.from('0300010000000100ce', 'hex');
    expect(await echoed(frame)).toEqual(frame);

    proxy.damage({ how: 'flip', by: 'broker', at: 7 });
    expect((await echoed(frame)).toString('hex')).toBe('0300010000000180ce');
    expect(proxy.mend()).toBe(true);
    proxy.damage({ how: 'cut', by: 'broker', at: 4 });
    expect(await echoed(frame)).toEqual(frame.subarray(0, 4));
    proxy.damage({ how: 'cut', by: 'client', at: 9 });
    expect(await echoed(frame)).toEqual(frame);
    expect(proxy.mend()).toBe(false); // It would have been the tenth byte.
  });

  it('resets connections, refuses new ones, and takes them again on its port', async () => {
    const proxy = await FaultProxy.open(await brokerUrl());
    const model = await connectRaw(amqp(proxy));
    const error = new Promise((resolve) => model.once('error', resolve));
    await proxy.refuse();
    expect(await error).toMatchObject({ code: 'ECONNRESET' });
    await expect(connectRaw(amqp(proxy))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.accept();
    const again = await connectRaw(amqp(proxy));
    expect(proxy).toMatchObject({ connections: 1, accepted: 2 });
    await again.close();
  });
});

function portOf(server: net.Server): number {
  return (server.address() as AddressInfo).port;
}

/** Another connection's handshake would be done by then, were anything passed on. */
async function silence(proxy: FaultProxy): Promise<string> {
  const url = new URL(await brokerUrl());
  const direct = await connectRaw(url.href.replace(/^rabbit:/, 'amqp:').replace(/\/$/, ''));
  await direct.close();
  expect(proxy.connections).toBe(1);
  return 'nothing';
}
