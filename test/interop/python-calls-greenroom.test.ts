import { threadId } from 'node:worker_threads';
import amqplib from 'amqplib';
import { executorNames } from 'greenroom';
import { beforeAll, expect, it } from 'vitest';
import { amqpUrl, brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython } from '../support/python.ts';
import { PythonClient } from '../support/python-client.ts';
import { startGreenroom } from './servers.ts';

describeWithPython('a Python client', () => {
  let python: PythonClient;

  beforeAll(async () => {
    python = await PythonClient.start({ url: await brokerUrl() });
    return () => python.stop();
  });

  for (const executor of executorNames) {
    it(`calls and casts to a Greenroom server under ${executor}`, async () => {
      const topic = uniqueTopic();
      await startGreenroom(topic, executor);
      const target = { topic };

      const value = { text: 'naïve ☃ 😀', list: [1, 2.5, null, true], nested: { empty: {} } };
      const echo = await python.call({ target, method: 'echo', args: { value } });
      expect(echo).toMatchObject({ ok: true, result: value });

      const ctxt = { user: 'alice', roles: ['admin'], nested: { a: null } };
      const context = await python.call({ target, method: 'context', ctxt });
      expect(context).toMatchObject({ ok: true, result: ctxt });

      for (const note of [1, 2]) {
        const cast = await python.cast({ target, method: 'note', args: { value: note } });
        expect(cast).toMatchObject({ ok: true });
      }
      await expect
        .poll(() => python.call({ target, method: 'notes' }))
        .toMatchObject({ ok: true, result: [1, 2] });
    });
  }

  it('is answered from a worker thread under pool, and from the main one under async', async () => {
    const [pool, async] = [uniqueTopic(), uniqueTopic()];
    await startGreenroom(pool, 'pool');
    await startGreenroom(async, 'async');

    const fromPool = await python.call({ target: { topic: pool }, method: 'thread' });
    const fromAsync = await python.call({ target: { topic: async }, method: 'thread' });

    expect(fromAsync).toMatchObject({ ok: true, result: threadId });
    expect(fromPool).toMatchObject({ ok: true, result: expect.any(Number) });
    expect(fromPool).not.toMatchObject({ result: threadId });
  });

  it('sees a JavaScript RangeError as the ValueError that Python would raise', async () => {
    const topic = uniqueTopic();
    const log = await startGreenroom(topic, 'pool');

    const reply = await python.call({
      target: { topic },
      method: 'fail',
      args: { message: 'too wide' },
    });

    expect(reply).toMatchObject({
      ok: false,
      error: {
        class: 'ValueError',
        module: 'builtins',
        message: expect.stringContaining('too wide'),
        isinstance: expect.arrayContaining(['builtins.ValueError']),
      },
    });
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'a method failed',
        fields: expect.objectContaining({ method: 'fail', error: 'ValueError: too wide' }),
      }),
    );
  });

  it('reaches three servers with one fanout, and one of them by its name', async () => {
    const topic = uniqueTopic();
    const names = ['a', 'b', 'c'];
    for (const name of names) await startGreenroom(topic, 'pool', name);

    await python.cast({ target: { topic, fanout: true }, method: 'note', args: { value: 'all' } });
    await python.cast({ target: { topic, server: 'b' }, method: 'note', args: { value: 'b' } });

    const notesOf = async (server: string): Promise<unknown> => {
      const reply = await python.call({ target: { topic, server }, method: 'notes' });
      return reply.ok ? reply.result : reply.error;
    };
    await expect.poll(() => notesOf('a')).toEqual(['all']);
    await expect.poll(async () => (await notesOf('b')) as string[]).toHaveLength(2);
    await expect.poll(() => notesOf('c')).toEqual(['all']);
    expect(await notesOf('b')).toEqual(expect.arrayContaining(['all', 'b']));
  });

  it('is served by the endpoint of its namespace and version, or told that there is none', async () => {
    const topic = uniqueTopic();
    await startGreenroom(topic, 'pool');
    const endpoint = async (target: object): Promise<unknown> => {
      const reply = await python.call({ target: { topic, ...target }, method: 'endpoint' });
      return reply.ok ? reply.result : `${reply.error.class} ${reply.error.exc_type}`;
    };

    expect(await endpoint({})).toBe('main');
    expect(await endpoint({ version: '1.5' })).toBe('main');
    expect(await endpoint({ version: '1.6' })).toBe('RemoteError UnsupportedVersion');
    expect(await endpoint({ version: '2.0' })).toBe('RemoteError UnsupportedVersion');
    expect(await endpoint({ namespace: 'control', version: '2.0' })).toBe('control');
    expect(await endpoint({ namespace: 'control', version: '1.0' })).toBe(
      'RemoteError UnsupportedVersion',
    );
    expect(await endpoint({ namespace: 'nowhere' })).toBe('RemoteError UnsupportedVersion');
  });

  it('is told of an unknown method and of wrong arguments, and the server goes on', async () => {
    const topic = uniqueTopic();
    await startGreenroom(topic, 'pool');
    const target = { topic };

    expect(await python.call({ target, method: 'nosuch' })).toMatchObject({
      ok: false,
      error: { class: 'RemoteError', exc_type: 'NoSuchMethod' },
    });
    expect(await python.call({ target, method: 'constructor' })).toMatchObject({
      error: { exc_type: 'NoSuchMethod' },
    });
    expect(await python.call({ target, method: 'add', args: { a: 1 } })).toMatchObject({
      ok: false,
      error: { class: 'TypeError', module: 'builtins' },
    });
    expect(await python.call({ target, method: 'add', args: { a: 1, b: 2 } })).toMatchObject({
      ok: true,
      result: 3,
    });
  });

  it('is answered after a body that is not JSON, which is rejected with a line in the log', async () => {
    const topic = uniqueTopic();
    const log = await startGreenroom(topic, 'pool');
    const connection = await amqplib.connect(await amqpUrl());
    const channel = await connection.createConfirmChannel();
    channel.publish('openstack', topic, Buffer.from('not JSON'), {
      contentType: 'application/json',
    });
    await channel.waitForConfirms();
    await connection.close();

    const reply = await python.call({ target: { topic }, method: 'echo', args: { value: 1 } });

    expect(reply).toMatchObject({ ok: true, result: 1 });
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'rejected a message that is no request' }),
    );
  });

  it('gets to each of 1,000 concurrent calls its own answer', async () => {
    const topic = uniqueTopic();
    await startGreenroom(topic, 'pool');

    const reply = await python.calls({
      target: { topic },
      method: 'echo',
      count: 1000,
      concurrency: 100,
    });

    expect(reply).toMatchObject({
      ok: true,
      result: { matched: 1000, mismatched: 0, errors: {} },
    });
  }, 120_000);
});
