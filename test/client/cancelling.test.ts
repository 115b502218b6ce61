import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RPCClient } from '../../src/client/rpc-client.ts';
import { connect, type Transport } from '../../src/driver/transport.ts';
import { CallCancelled, ClosedError } from '../../src/errors.ts';
import { pause } from '../../src/waiting.ts';
import { cancellationOf } from '../../src/wire/cancellation.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { type ArrivedCall, HandServer } from './hand-server.ts';

const venues = [
  { kind: 'memory', open: async () => `memory://${randomUUID().slice(0, 8)}` },
  { kind: 'rabbit', open: brokerUrl },
];

/** A client on a topic of its own. */
interface Scene {
  readonly url: string;
  readonly topic: string;
  readonly transport: Transport;
  readonly log: RecordedLog;
  /** Makes a call that a signal can cancel. */
  call(server?: string): { readonly ended: Promise<unknown>; abort(reason?: Error): void };
}

async function openScene(open: () => Promise<string>): Promise<Scene> {
  const url = await open();
  const topic = uniqueTopic();
  const log = new RecordedLog();
  const transport = await connect(url, { log });
  onTestFinished(() => transport.close());
  const client = new RPCClient(transport, { topic }, { timeoutMs: 20_000 });
  return {
    url,
    topic,
    transport,
    log,
    call(server) {
      const controller = new AbortController();
      const { signal } = controller;
      const target = server === undefined ? {} : { server };
      const ended = client
        .prepare(target)
        .call({}, 'work', {}, { signal })
        .catch((error: unknown) => error);
      return { ended, abort: (reason) => controller.abort(reason) };
    },
  };
}

/** Makes a call, has the server say that it has begun it, and waits until the caller knows that. */
async function begun(scene: Scene, server: HandServer, name?: string) {
  const call = scene.call(name);
  const arrived = await server.next();
  await server.note(arrived);
  await answered(scene, server, name);
  return { ...call, arrived };
}

/** One call more, to its answer: what was sent to the caller before it has arrived. */
async function answered(scene: Scene, server: HandServer, name?: string): Promise<void> {
  const { ended } = scene.call(name);
  await server.reply(await server.next(), 'answered');
  expect(await ended).toBe('answered');
}

/** Has a call cancelled: what was sent to the server before that has arrived then. */
async function cancelled(scene: Scene, server: HandServer, name?: string): Promise<ArrivedCall> {
  const { arrived, abort, ended } = await begun(scene, server, name);
  abort();
  await ended;
  await expect.poll(() => server.cancelled).toContain(arrived.msgId);
  return arrived;
}

describe.each(venues)('an aborted call on $kind', ({ open }) => {
  it('rejects at once, and is cancelled on the server that has begun it', async () => {
    const scene = await openScene(open);
    const one = await HandServer.open(scene.url, scene.topic, 'one');
    const two = await HandServer.open(scene.url, scene.topic, 'two');
    const { arrived, abort, ended } = await begun(scene, one, 'one');
    const reason = new Error('the user went away');

    abort(reason);

    expect(await ended).toBeInstanceOf(CallCancelled);
    expect(await ended).toMatchObject({ msgId: arrived.msgId, cause: reason });
    await expect.poll(() => one.cancelled).toEqual([arrived.msgId]);
    const other = await cancelled(scene, two, 'two');
    expect(two.cancelled).toEqual([other.msgId]);
    expect(one.cancelled).toEqual([arrived.msgId]);
  });

  it('is cancelled as soon as a server begins it, when none had', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const call = scene.call();
    const arrived = await server.next();
    call.abort();
    expect(await call.ended).toBeInstanceOf(CallCancelled);

    await server.note(arrived);

    await expect.poll(() => server.cancelled).toEqual([arrived.msgId]);
    expect(scene.transport.orphanedReplies).toBe(0);
  });

  it('is cancelled again when another server begins it again', async () => {
    const scene = await openScene(open);
    const one = await HandServer.open(scene.url, scene.topic, 'one');
    const { msgId, requeue } = await cancelled(scene, one);
    const two = await HandServer.open(scene.url, scene.topic, 'two');
    requeue();

    const again = await Promise.race([one.next(), two.next()]);
    await two.note(again);

    expect(again.msgId).toBe(msgId);
    await expect.poll(() => two.cancelled).toEqual([msgId]);
    expect(one.cancelled).toEqual([msgId]);
  });

  it('is not cancelled when its reply came before', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const { arrived, abort, ended } = await begun(scene, server);
    await server.reply(arrived, 'done');
    expect(await ended).toBe('done');

    abort();

    const other = await cancelled(scene, server);
    expect(server.cancelled).toEqual([other.msgId]);
  });

  it('has its reply counted as one that nobody waits for', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const arrived = await cancelled(scene, server);
    await server.reply(arrived, 'too late');
    await answered(scene, server);
    expect(scene.transport.orphanedReplies).toBe(1);
  });

  it('has been cancelled when the transport is closed right after it', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const { arrived, abort, ended } = await begun(scene, server);

    abort();
    const closing = scene.transport.close();
    const late = scene.call();

    expect(await ended).toBeInstanceOf(CallCancelled);
    await closing;
    expect(await late.ended).toBeInstanceOf(ClosedError);
    await expect.poll(() => server.cancelled).toEqual([arrived.msgId]);
  });

  it('does no harm when its server is gone', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const call = scene.call();
    const queue = `reply_${randomUUID()}`;
    await server.note(await server.next(), queue);
    await answered(scene, server);

    call.abort();

    expect(await call.ended).toBeInstanceOf(CallCancelled);
    const lines = (): string[] => scene.log.lines.map(({ message }) => message);
    await expect.poll(lines).toEqual(['could not cancel a call on its server']);
    expect(scene.log.lines[0]).toMatchObject({ level: 'debug', fields: { queue } });
  });

  it('writes to no queue that is no reply queue, whatever it is told', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const bank = await HandServer.open(scene.url, uniqueTopic('payments'));
    const call = scene.call();
    const arrived = await server.next();
    for (const queue of [bank.topic, 'reply_', '', `reply_${'x'.repeat(250)}`, 'reply_\n']) {
      await server.note(arrived, queue);
    }
    await answered(scene, server);
    call.abort();
    await call.ended;

    const { arrived: other, ...second } = await begun(scene, server);
    second.abort();
    await expect.poll(() => server.cancelled).toEqual([other.msgId]);
    await answered({ ...scene, call: callTo(scene, bank.topic) }, bank);
    expect(scene.log.lines).toEqual([]);
  });
});

/** Makes calls to another topic. */
function callTo({ transport }: Scene, topic: string): Scene['call'] {
  return () => {
    const client = new RPCClient(transport, { topic }, { timeoutMs: 20_000 });
    return { ended: client.call({}, 'work'), abort() {} };
  };
}

describe.each(venues)('a call on $kind', ({ open }) => {
  it('says in a header that it may be cancelled, if it has a signal', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const { ended } = scene.call();
    const arrived = await server.next();
    expect({ ...arrived.headers }).toEqual({ 'greenroom-cancellable': '1' });
    await server.reply(arrived, 1);
    await ended;
  });

  it('has no header without a signal', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const { ended } = callTo(scene, scene.topic)();
    const arrived = await server.next();
    expect({ ...arrived.headers }).toEqual({});
    await server.reply(arrived, 1);
    await ended;
  });

  it('is not cancelled when its time is up: the server knows its deadline', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const client = new RPCClient(scene.transport, { topic: scene.topic });
    const { signal } = new AbortController();
    const ended = client.call({}, 'work', {}, { signal, timeoutMs: 300 });
    const arrived = await server.next();
    await server.note(arrived);
    await expect(ended).rejects.toMatchObject({ code: 'ERR_GREENROOM_TIMEOUT' });

    const other = await cancelled(scene, server);
    expect(server.cancelled).toEqual([other.msgId]);
  });

  it('is kept alive by the message that says where it is cancelled', async () => {
    const scene = await openScene(open);
    const server = await HandServer.open(scene.url, scene.topic);
    const options = { callMonitorTimeoutMs: 1_000 };
    const client = new RPCClient(scene.transport, { topic: scene.topic }, options);
    const { signal } = new AbortController();
    const startedAt = performance.now();
    const ended = client.call({}, 'work', {}, { signal }).catch((error: unknown) => error);
    const arrived = await server.next();
    await pause(600);
    await server.note(arrived);
    expect(await ended).toMatchObject({ code: 'ERR_GREENROOM_TIMEOUT' });
    expect(performance.now() - startedAt).toBeGreaterThan(1_590);
  });
});

describe.each(venues)('a cancellation on $kind', ({ open }) => {
  it('of a call that does not run there is ignored', async () => {
    const { url, transport } = await openScene(open);
    const log = new RecordedLog();
    const server = await connect(url, { log });
    onTestFinished(() => server.close());
    const told: string[] = [];
    const stop = server.onCancellation((msgId) => {
      told.push(msgId);
      return msgId === 'known';
    });
    const queue = await server.replyQueue();
    const cancel = (msgId: string): Promise<void> =>
      transport.driver.send({ type: 'reply', queue }, cancellationOf(msgId));

    for (const msgId of ['unknown', 'x'.repeat(129), 'known']) await cancel(msgId);
    await expect.poll(() => told).toEqual(['unknown', 'known']);
    stop();
    await cancel('afterwards');

    await expect
      .poll(() => log.lines.map(({ level, fields }) => ({ level, ...fields })))
      .toEqual([
        { level: 'debug', msgId: 'unknown' },
        { level: 'debug' },
        { level: 'debug', msgId: 'afterwards' },
      ]);
    expect(told).toEqual(['unknown', 'known']);
  });

  it('is all that is read in the queue of a server that makes no calls', async () => {
    const { url, transport } = await openScene(open);
    const log = new RecordedLog();
    const server = await connect(url, { log });
    onTestFinished(() => server.close());
    const queue = await server.replyQueue();
    await transport.driver.send({ type: 'reply', queue }, { body: Buffer.from('{"_msg_id":') });
    await expect.poll(() => server.orphanedReplies).toBe(1);
    expect(log.lines).toEqual([
      { level: 'debug', fields: {}, message: 'dropped a reply nobody waits for' },
    ]);
  });
});
