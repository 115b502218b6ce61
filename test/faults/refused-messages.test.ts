import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, type Transport } from '../../src/index.ts';
import { outgoing, replyTo } from '../driver/conformance/stage.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { openRawChannel } from '../support/raw-channel.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { FaultProxy } from './fault-proxy.ts';

const confirmTimeoutMs = 800;
const refused = 'the broker refused the message';

describe('a message that the broker takes no charge of', () => {
  it('is sent where another connection gets it confirmed, and so is what comes after it', async () => {
    const [refusing, other] = [await openProxy(), await openProxy()];
    const { transport, losses } = await opened(refusing, other);
    refusing.refuseMessages();
    const messages = Array.from({ length: 20 }, (_, number) => outgoing(`message ${number}`));
    const queue = await queued();
    await Promise.all(messages.map((message) => transport.driver.send(replyTo(queue), message)));
    expect(refusing.refusals).toBeGreaterThan(0);
    expect(losses()).toEqual(['the broker refused here what it takes over another connection']);
    expect(transport.status[0]).toMatchObject({ state: 'connected', host: addressOf(other) });
    await transport.driver.send(replyTo(queue), outgoing('after'));
    expect(losses()).toHaveLength(1);
  });

  it('fails when no connection gets it confirmed, and none is lost for it', async () => {
    const proxy = await openProxy();
    const { transport, losses } = await opened(proxy);
    proxy.refuseMessages();
    const queue = await queued();
    await expect(transport.driver.send(replyTo(queue), outgoing('one'))).rejects.toThrow(refused);
    // Others were asked about this way a moment ago.
    const { accepted } = proxy;
    await expect(transport.driver.send(replyTo(queue), outgoing('two'))).rejects.toThrow(refused);
    expect(proxy.accepted).toBe(accepted);
    expect(losses()).toEqual([]);
    proxy.refuseMessages(false);
    await transport.driver.send(replyTo(queue), outgoing('three'));
    expect(transport.driver.outbound.load).toEqual({ messages: 0, bytes: 0 });
  });

  it('fails at once where its connection has got others confirmed', async () => {
    const [refusing, other] = [await openProxy(), await openProxy()];
    const { transport, losses } = await opened(refusing, other);
    const queue = await queued();
    await transport.driver.send(replyTo(queue), outgoing('before'));
    refusing.refuseMessages();
    await expect(transport.driver.send(replyTo(queue), outgoing('one'))).rejects.toThrow(refused);
    expect(refusing.refusals).toBe(1);
    expect(other.accepted).toBe(0);
    expect(losses()).toEqual([]);
  });

  it('keeps nobody from closing the transport', async () => {
    const proxy = await openProxy();
    const { transport } = await opened(proxy);
    proxy.refuseMessages();
    const sending = transport.driver.send(replyTo(await queued()), outgoing('one'));
    const failing = expect(sending).rejects.toThrow(/closed/);
    await expect.poll(() => proxy.accepted).toBeGreaterThan(1);
    await transport.close();
    await failing;
    await expect.poll(() => proxy.connections).toBe(0);
  });
});

describe('a message that the broker says nothing of', () => {
  it('waits on where no other connection gets it confirmed either', async () => {
    const proxy = await openProxy();
    const { transport, losses } = await opened(proxy);
    proxy.hold('basic.ack');
    const sending = transport.driver.send(replyTo(await queued()), outgoing('one'));
    // Its own connection, and two that were asked in turn.
    await expect.poll(() => proxy.accepted).toBeGreaterThan(2);
    proxy.release();
    await sending;
    expect(losses()).toEqual([]);
  });

  it('is not published again once its sender has given up', async () => {
    const proxy = await openProxy();
    const { transport, losses } = await opened(proxy);
    proxy.swallow('basic.ack');
    const queue = await queued();
    const sending = transport.driver.send(replyTo(queue), outgoing('one'), { timeoutMs: 100 });
    await expect(sending).rejects.toThrow(/is unknown$/);
    await expect.poll(losses).toEqual([`the broker confirmed nothing for ${confirmTimeoutMs} ms`]);
    await using raw = await openRawChannel();
    expect(await raw.channel.checkQueue(queue)).toMatchObject({ messageCount: 1 });
  });
});

async function opened(
  ...proxies: readonly FaultProxy[]
): Promise<{ readonly transport: Transport; losses(): readonly string[] }> {
  const log = new RecordedLog();
  const hosts = proxies.map(({ host }) => host).join(',');
  const transport = await connect(`rabbit://${hosts}/`, { log, rabbit: { confirmTimeoutMs } });
  onTestFinished(() => transport.close());
  const isLoss = (message: string): boolean => message.startsWith('lost the connection');
  return {
    transport,
    losses: () =>
      log.lines
        .filter(({ message }) => isLoss(message))
        .map(({ fields }) => String(fields['reason'])),
  };
}

/** A queue for what is sent directly to it. */
async function queued(): Promise<string> {
  const name = uniqueTopic();
  await using raw = await openRawChannel();
  await raw.channel.assertQueue(name, { expires: 60_000 });
  return name;
}

function addressOf({ host }: FaultProxy): string {
  return host.replace(/^.*@/, '');
}

function openProxy(): Promise<FaultProxy> {
  return brokerUrl().then((url) => FaultProxy.open(url));
}
