import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it, onTestFailed, onTestFinished } from 'vitest';
import { defaultRabbitOptions } from '../../src/driver/rabbit/rabbit-options.ts';
import { Session } from '../../src/driver/rabbit/session.ts';
import { parseTransportUrl } from '../../src/driver/transport-url.ts';
import {
  connect,
  MessageTooLarge,
  MessagingTimeout,
  OutboundFull,
  type RabbitOptions,
  RemoteError,
  RPCClient,
  Runtime,
  type Transport,
} from '../../src/index.ts';
import { deferred } from '../../src/waiting.ts';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describeWithPrivateBroker('sending while the broker', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start();
  });
  afterAll(async () => {
    await broker.stop();
  });

  it('blocks us waits, is bounded in messages and bytes, and goes on where it was', async () => {
    const { client, transport, counted } = await served({
      outbound: { maxMessages: 20, maxBytes: 4_000_000 },
    });
    await blocked(transport);
    const { outbound } = transport.driver;
    const pad = 'x'.repeat(100_000);
    const heapBefore = heapMb();
    const casts = Array.from({ length: 200 }, () =>
      client.cast({}, 'count', { pad }, { timeoutMs: 30_000 }),
    );
    await expect.poll(() => outbound.isFull).toBe(true);
    expect(outbound.load.messages).toBeLessThanOrEqual(20);
    // Encoded, they would be 20 MB.
    expect(heapMb() - heapBefore).toBeLessThan(10);
    const hasty = transport.cast({ topic: 'any' }, { method: 'm', args: {}, context: {} });
    await expect(hasty).rejects.toThrow(OutboundFull);

    await unblocked(transport);
    await Promise.all(casts);
    await expect.poll(counted, { timeout: 20_000 }).toBe(200);
    expect(outbound.load).toEqual({ messages: 0, bytes: 0 });
  }, 60_000);

  it('blocks us fails in time, and says that the broker takes no messages', async () => {
    const { client, transport } = await served();
    await blocked(transport);
    await expect(client.call({}, 'echo', { value: 1 }, { timeoutMs: 50 })).rejects.toThrow(
      /^timed out after 50 ms waiting for the reply to echo .*; the broker at 127\.0\.0\.1:\d+ has taken no messages for \d+ s \(low on memory\)$/,
    );
    const cast = client.cast({}, 'count', {}, { timeoutMs: 50 });
    await expect(cast).rejects.toThrow(MessagingTimeout);
    await expect(cast).rejects.toThrow('low on memory');
    // Nothing of them is kept, nor sent when it could be.
    await expect.poll(() => transport.driver.outbound.load.messages).toBeLessThanOrEqual(1);
    await unblocked(transport);
    expect(await client.call({}, 'echo', { value: 'after' })).toBe('after');
  }, 60_000);

  it('blocks us is asked who consumes a queue, and answers later; nothing is connected anew', async () => {
    const { client, transport, log } = await served({ methodTimeoutMs: 200 });
    const queue = await transport.replyQueue();
    await blocked(transport);
    const changes = statesTold(transport);
    const isConsumed = transport.driver.hasConsumer(queue, { timeoutMs: 30_000 });
    const hasty = transport.driver.hasConsumer(queue, { timeoutMs: 1_000 });
    // Several of the method's deadlines.
    await expect(hasty).rejects.toThrow(
      /^timed out after 1000 ms waiting for the broker to go on$/,
    );
    await unblocked(transport);
    expect(await isConsumed).toBe(true);
    expect(await client.call({}, 'echo', { value: 'after' })).toBe('after');
    expect(changes).toEqual(['send connected']);
    expect(log.lines.filter(({ message }) => message.startsWith('lost'))).toEqual([]);
  }, 60_000);

  it('blocks us is given its time for a method after that', async () => {
    const options = { ...defaultRabbitOptions, methodTimeoutMs: 200 };
    const [host] = parseTransportUrl(broker.url).hosts;
    if (host === undefined) throw new Error('a broker has a host');
    const session = await Session.open(
      { host, virtualHost: '/', connectionName: 'a test', options },
      new AbortController().signal,
    );
    onTestFinished(() => session.close());
    await alarm();
    session.channel.publish('', uniqueTopic(), Buffer.from('a message'));
    await expect.poll(() => session.isBlocked, { timeout: 20_000 }).toBe(true);
    const askedAt = performance.now();
    const answer = session.method(session.channel.checkExchange('amq.direct'), 'an exchange');
    await expect.poll(() => performance.now() - askedAt).toBeGreaterThan(3 * 200);
    expect(session.isOpen).toBe(true);
    await clearAlarm();
    await answer;
  }, 60_000);

  it('blocks a server begins no more calls than it can hold the replies of, and loses none', async () => {
    const { client, log, runtime, begun, release } = await served(
      {},
      { outbound: { maxMessages: 5 } },
    );
    const calls = Array.from({ length: 40 }, (_, value) => client.call({}, 'held', { value }));
    await expect.poll(begun).toBe(4);
    await alarm();
    release();
    await expect
      .poll(() => log.lines.map(({ message }) => message), { timeout: 20_000 })
      .toContain('too many messages wait for the broker; calls have to wait, too');
    expect(runtime.status.connections).toContainEqual(
      expect.objectContaining({ role: 'send', state: 'blocked' }),
    );
    expect(begun()).toBeLessThan(5 + 4 + 1);

    await clearAlarm();
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 40 }, (_, value) => value));
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  }, 60_000);

  it('would not take a message refuses it before it is sent, and disturbs nobody', async () => {
    const { client, transport, log } = await served({ maxMessageBytes: 100_000 });
    const neighbour = client.call({}, 'echo', { value: 'neighbour' });
    const tooLarge = client.call({}, 'echo', { value: 'x'.repeat(100_000) });
    await expect(tooLarge).rejects.toThrow(MessageTooLarge);
    await expect(tooLarge).rejects.toMatchObject({
      code: 'ERR_GREENROOM_MESSAGE_TOO_LARGE',
      retryable: false,
    });
    expect(await neighbour).toBe('neighbour');
    expect(transport.status.map(({ state }) => state)).toEqual(['connected', 'connected']);
    expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  it('would not take a reply has the caller told', async () => {
    const { client } = await served({}, { maxMessageBytes: 100_000 });
    const error = await client
      .call({}, 'echo', { value: 'x'.repeat(100_000) })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ remoteClass: 'MessageTooLarge', remoteModule: 'greenroom' });
  });

  it.each([
    ['a whole body of what RabbitMQ 3 and 4 take', 15 * 2 ** 20, undefined],
    ['one over 128 MiB', 129 * 2 ** 20, MessageTooLarge],
  ])('is sent %s', async (_what, bytes, refusal) => {
    const transport = await connect(broker.url);
    onTestFinished(() => transport.close());
    const sent = transport.driver.send(
      { type: 'reply', queue: 'nobody' },
      { body: new Uint8Array(bytes) },
    );
    if (refusal === undefined) expect(await sent).toBeUndefined();
    else await expect(sent).rejects.toThrow(refusal);
  });

  it('is away is bounded alike, and fails in time with the reason', async () => {
    const { client, transport, runtime } = await served({ outbound: { maxMessages: 10 } });
    onTestFailed(() => broker.restart());
    await broker.kill();
    await expect.poll(() => transport.status[0]?.state).toBe('connecting');
    const heapBefore = heapMb();
    let full = 0;
    let late = 0;
    for (let round = 0; round < 20; round++) {
      const casts = Array.from({ length: 500 }, () =>
        client.cast({}, 'count', { pad: 'x'.repeat(10_000) }, { timeoutMs: 20 }),
      );
      for (const outcome of await Promise.allSettled(casts)) {
        if (outcome.status === 'fulfilled') throw new Error('nobody is there to take it');
        if (outcome.reason instanceof OutboundFull) full++;
        else if (outcome.reason instanceof MessagingTimeout) late++;
        else throw outcome.reason;
      }
      expect(transport.driver.outbound.load.messages).toBeLessThanOrEqual(10);
    }
    expect(full + late).toBe(20 * 500);
    expect(full).toBeGreaterThan(late);
    expect(heapMb() - heapBefore).toBeLessThan(5);
    await expect(client.call({}, 'echo', { value: 1 }, { timeoutMs: 50 })).rejects.toThrow(
      /there has been no connection to the broker at 127\.0\.0\.1:\d+ for \d+ s \(.+\)$/,
    );
    await broker.restart();
    // The server's queue went with the broker.
    await expect
      .poll(() => runtime.status.connections.map(({ state }) => state), { timeout: 20_000 })
      .toEqual(['connected', 'connected']);
    expect(await client.call({}, 'echo', { value: 'after' })).toBe('after');
  }, 90_000);

  /** What the next test finds is a broker that is well, even if this one fails. */
  async function alarm(): Promise<void> {
    onTestFailed(clearAlarm);
    await broker.ctl(['set_vm_memory_high_watermark', '0']);
  }

  async function clearAlarm(): Promise<void> {
    await broker.ctl(['set_vm_memory_high_watermark', '0.9']);
  }

  /** Has the broker block a connection, by a message that it takes only later. */
  async function blocked(transport: Transport): Promise<void> {
    await alarm();
    const held = transport.cast({ topic: uniqueTopic() }, { method: 'm', args: {}, context: {} });
    void held.catch(() => {});
    await expect.poll(() => transport.status[0]?.state, { timeout: 20_000 }).toBe('blocked');
  }

  /** What its connections come to from now on. */
  function statesTold(transport: Transport): string[] {
    const told: string[] = [];
    void (async () => {
      for await (const { connection } of transport.statusChanges()) {
        told.push(`${connection.role} ${connection.state}`);
      }
    })();
    return told;
  }

  async function unblocked(transport: Transport): Promise<void> {
    await clearAlarm();
    await expect.poll(() => transport.status[0]?.state, { timeout: 20_000 }).toBe('connected');
  }

  /** A client and a server, each on a transport of its own. */
  async function served(forClient: RabbitOptions = {}, forServer: RabbitOptions = {}) {
    const topic = uniqueTopic();
    const log = new RecordedLog();
    let count = 0;
    let begun = 0;
    const released = deferred<void>();
    const runtime = new Runtime({
      transport: broker.url,
      rabbit: { retryMaxMs: 200, ...forServer },
      rpc: {
        target: { topic, server: 'one' },
        endpoints: {
          echo: (_ctx: unknown, { value }: { value: unknown }) => value,
          count: () => {
            count++;
          },
          held: async (_ctx: unknown, { value }: { value: unknown }) => {
            begun++;
            await released.promise;
            return value;
          },
        },
      },
      async: { concurrency: 4 },
      signals: false,
      log,
    });
    onTestFinished(() => runtime.stop({ graceMs: 0 }));
    await runtime.start();
    const transport = await connect(broker.url, { rabbit: { retryMaxMs: 200, ...forClient }, log });
    onTestFinished(() => transport.close());
    const client = new RPCClient(transport, { topic }, { timeoutMs: 30_000 });
    expect(await client.call({}, 'echo', { value: 'before' })).toBe('before');
    const release = (): void => released.resolve();
    return { client, transport, runtime, log, release, counted: () => count, begun: () => begun };
  }
});

/** What is still held after a collection. */
function heapMb(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}
