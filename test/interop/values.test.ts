import { RPCClient, Runtime } from 'greenroom';
import { beforeAll, expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython } from '../support/python.ts';
import { PythonClient } from '../support/python-client.ts';
import { pythonValues, shown, values } from './difficult-values.ts';
import { openTransport, startPythonServer } from './servers.ts';

describeWithPython('between a Greenroom client and a Python server', () => {
  it('values arrive, and are answered, as what they are', async () => {
    const topic = uniqueTopic();
    await startPythonServer(topic);
    const client = new RPCClient(await openTransport(), { topic });
    for (const [name, [value, repr]] of Object.entries(values)) {
      expect(await client.call({}, 'read', { value }), name).toBe(repr);
    }
    for (const [name, [value]] of Object.entries(pythonValues)) {
      expect(shown(await client.call({}, 'give', { name })), name).toBe(shown(value));
    }
  });
});

describeWithPython('between a Python client and a Greenroom server', () => {
  let python: PythonClient;
  const target = { topic: uniqueTopic() };

  beforeAll(async () => {
    const endpoints = new URL('./endpoints/values.ts', import.meta.url);
    const runtime = new Runtime({
      transport: await brokerUrl(),
      rpc: { target: { ...target, server: 'greenroom' }, endpoints },
      pool: { threads: 1 },
      signals: false,
    });
    await runtime.start({ executor: 'pool' });
    python = await PythonClient.start({ url: await brokerUrl() });
    return async () => {
      await python.stop();
      await runtime.stop({ graceMs: 0 });
    };
  });

  it.each(Object.entries(pythonValues))(
    '%s arrives as what it is, and goes back',
    async (name, [value, repr]) => {
      const read = await python.call({ target, method: 'read', value: name });
      expect(read).toMatchObject({ ok: true, result: shown(value) });
      const echoed = await python.call({ target, method: 'echo', value: name, repr: true });
      expect(echoed).toMatchObject({ ok: true, result: repr });
    },
  );

  it.each(Object.entries(values))('%s is answered as what it is', async (name, [, repr]) => {
    const given = await python.call({ target, method: 'give', args: { name }, repr: true });
    expect(given).toMatchObject({ ok: true, result: repr });
  });
});
