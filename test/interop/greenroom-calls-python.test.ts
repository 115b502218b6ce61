import { RemoteError, RPCClient } from 'greenroom';
import { expect, it } from 'vitest';
import { uniqueTopic } from '../support/broker.ts';
import { describeWithPython } from '../support/python.ts';
import { openTransport, startGreenroom, startPythonServer } from './servers.ts';

describeWithPython('a Python server', () => {
  it('answers our calls, with the context and the arguments that we sent', async () => {
    const topic = uniqueTopic();
    await startPythonServer(topic);
    const client = new RPCClient(await openTransport(), { topic });

    const value = { text: 'naïve ☃ 😀', list: [1, 2.5, null, true], nested: { empty: {} } };
    expect(await client.call({}, 'echo', { value })).toEqual(value);
    expect(await client.call({}, 'add', { a: 1, b: 2 })).toBe(3);
    expect(await client.call({ user: 'alice', roles: ['admin'] }, 'context')).toMatchObject({
      user: 'alice',
      roles: ['admin'],
    });
  });

  it('takes our casts, to the topic, to itself and to all', async () => {
    const topic = uniqueTopic();
    const [a, b] = [await startPythonServer(topic, 'a'), await startPythonServer(topic, 'b')];
    const client = new RPCClient(await openTransport(), { topic });

    await client.prepare({ server: 'a' }).cast({}, 'note', { value: 'to a' });
    expect(await a.notes(1)).toEqual(['to a']);
    await client.prepare({ fanout: true }).cast({}, 'note', { value: 'to all' });
    expect(await a.notes(2)).toEqual(['to a', 'to all']);
    expect(await b.notes(1)).toEqual(['to all']);
  });

  it('is called by its name among others', async () => {
    const topic = uniqueTopic();
    await startPythonServer(topic, 'a');
    await startPythonServer(topic, 'b');
    const client = new RPCClient(await openTransport(), { topic });

    expect(await client.prepare({ server: 'b' }).call({}, 'whoami')).toBe('b');
    expect(await client.prepare({ server: 'a' }).call({}, 'whoami')).toBe('a');
  });

  it('is picked by namespace and version, and says so when there is none', async () => {
    const topic = uniqueTopic();
    await startPythonServer(topic);
    const client = new RPCClient(await openTransport(), { topic });

    expect(await client.prepare({ version: '1.4' }).call({}, 'endpoint')).toBe('main');
    const control = client.prepare({ namespace: 'control', version: '2.1' });
    expect(await control.call({}, 'endpoint')).toBe('control');
    await expect(control.prepare({ version: '2.2' }).call({}, 'endpoint')).rejects.toMatchObject({
      remoteClass: 'UnsupportedVersion',
    });
    await expect(client.call({}, 'nosuch')).rejects.toMatchObject({ remoteClass: 'NoSuchMethod' });
  });

  it('raises here what it raised there, as a RemoteError', async () => {
    const topic = uniqueTopic();
    await startPythonServer(topic);
    const client = new RPCClient(await openTransport(), { topic });

    const failing = client.call({}, 'fail', { kind: 'ValueError', message: 'bad thing' });

    await expect(failing).rejects.toBeInstanceOf(RemoteError);
    await expect(failing).rejects.toMatchObject({
      code: 'ERR_GREENROOM_REMOTE',
      remoteClass: 'ValueError',
      remoteModule: 'builtins',
      remoteMessage: 'bad thing',
      remoteArgs: ['bad thing'],
      remoteTraceback: expect.arrayContaining([expect.stringContaining('Traceback')]),
      method: 'fail',
      target: { topic },
      msgId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    await expect(
      client.call({}, 'fail', { kind: 'QuotaExceeded', message: 'no more' }),
    ).rejects.toMatchObject({
      remoteClass: 'QuotaExceeded',
      remoteKwargs: { resource: 'cores', limit: 8 },
    });
  });

  it('gives to each of 1,000 concurrent calls of ours its own answer', async () => {
    const topic = uniqueTopic();
    await startPythonServer(topic);
    const client = new RPCClient(await openTransport(), { topic });
    const numbers = Array.from({ length: 1000 }, (_, index) => index);

    const answers = await Promise.all(numbers.map((value) => client.call({}, 'echo', { value })));

    expect(answers).toEqual(numbers);
  }, 120_000);

  it('shares a topic with a Greenroom server, in either order of arrival', async () => {
    const [first, second] = [uniqueTopic(), uniqueTopic()];
    await startPythonServer(first, 'python');
    await startGreenroom(first, 'pool', 'greenroom');
    await startGreenroom(second, 'pool', 'greenroom');
    await startPythonServer(second, 'python');
    const transport = await openTransport();

    for (const topic of [first, second]) {
      const client = new RPCClient(transport, { topic });
      const answers = Array.from({ length: 50 }, (_, value) => client.call({}, 'echo', { value }));
      expect(await Promise.all(answers)).toEqual(Array.from({ length: 50 }, (_, value) => value));
      expect(await client.prepare({ server: 'python' }).call({}, 'whoami')).toBe('python');
      expect(await client.prepare({ server: 'greenroom' }).call({}, 'endpoint')).toBe('main');
    }
  });
});
