import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from './broker.ts';
import { describeWithPython } from './python.ts';
import { PythonClient } from './python-client.ts';
import { PythonServer } from './python-server.ts';

// The peers against each other: what is true here is oslo.messaging's doing, not ours, so an interop
// test that fails while these pass has found a difference.
describeWithPython('two Python peers', () => {
  const topic = uniqueTopic();
  let servers: readonly PythonServer[];
  let client: PythonClient;

  beforeAll(async () => {
    const url = await brokerUrl();
    servers = await Promise.all(
      ['one', 'two'].map((server) => PythonServer.start({ url, topic, server })),
    );
    client = await PythonClient.start({ url, allowed_remote_exmods: ['peer_errors'] });
  });

  afterAll(async () => {
    await client.stop();
    await Promise.all(servers.map((server) => server.stop()));
  });

  it('call each other', async () => {
    const target = { topic, version: '1.5' };
    const call = (method: string, args = {}) => client.call({ target, method, args, timeout: 10 });
    expect(await call('add', { a: 2, b: 3 })).toMatchObject({ ok: true, result: 5 });
    expect(await call('endpoint')).toMatchObject({ ok: true, result: 'main' });
    expect(
      await client.call({ target, method: 'context', ctxt: { user: 'ada' }, timeout: 10 }),
    ).toMatchObject({ ok: true, result: { user: 'ada' } });
  });

  it('pick the server, the namespace and the version', async () => {
    const call = (target: object, method: string) =>
      client.call({ target: { topic, ...target }, method, timeout: 10 });
    expect(await call({ server: 'two' }, 'whoami')).toMatchObject({ result: 'two' });
    const control = { namespace: 'control', version: '2.0' };
    expect(await call(control, 'endpoint')).toMatchObject({ result: 'control' });
    expect(await call({ version: '1.6' }, 'endpoint')).toMatchObject({
      error: { class: 'RemoteError', exc_type: 'UnsupportedVersion' },
    });
  });

  it('raise what the other raised', async () => {
    const fail = (kind: string) =>
      client.call({
        target: { topic },
        method: 'fail',
        args: { kind, message: 'no' },
        timeout: 10,
      });
    expect(await fail('ValueError')).toMatchObject({
      ok: false,
      error: { class: 'ValueError', module: 'builtins', message: expect.stringMatching(/^no\n/) },
    });
    expect(await fail('QuotaExceeded')).toMatchObject({
      ok: false,
      error: {
        class: 'QuotaExceeded_Remote',
        isinstance: expect.arrayContaining(['peer_errors.QuotaExceeded']),
        kwargs: { resource: 'cores', limit: 8 },
      },
    });
  });

  it('tell a caller that waited too long', async () => {
    const args = { seconds: 2 };
    expect(
      await client.call({ target: { topic }, method: 'slow', args, timeout: 0.5 }),
    ).toMatchObject({ ok: false, error: { class: 'MessagingTimeout' } });
  });

  it('cast to one server and to all', async () => {
    const cast = (target: object, value: string) =>
      client.cast({ target: { topic, ...target }, method: 'note', args: { value } });
    expect(await cast({ server: 'one' }, 'alone')).toMatchObject({ ok: true });
    expect(await servers[0]?.notes(1)).toEqual(['alone']);
    await cast({ fanout: true }, 'all');
    expect(await servers[0]?.notes(2)).toEqual(['alone', 'all']);
    expect(await servers[1]?.notes(1)).toEqual(['all']);
  });

  it('answer a hundred calls at once, each with its own answer', async () => {
    const target = { topic };
    expect(
      await client.calls({ target, method: 'echo', count: 100, concurrency: 100, timeout: 20 }),
    ).toMatchObject({ ok: true, result: { matched: 100, mismatched: 0, errors: {} } });
  });
});
