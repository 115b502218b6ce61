import { connect, RPCClient, Runtime } from 'greenroom';
import { expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython } from '../support/python.ts';
import { PythonClient } from '../support/python-client.ts';
import { PythonServer } from '../support/python-server.ts';

const value = { text: 'naïve ☃ 😀'.repeat(100), list: [1, 2.5, null, true] };
const pythonsCompressions = ['gzip', 'bzip2'];
const optionsWith = (name: string) => ({ oslo_messaging_rabbit: { kombu_compression: name } });

describeWithPython('[compression]', () => {
  it.each(pythonsCompressions)(
    'a Python client with kombu_compression=%s is answered compressed',
    async (name) => {
      const [url, topic] = [await brokerUrl(), uniqueTopic()];
      await using runtime = new Runtime({
        transport: url,
        rpc: {
          target: { topic },
          endpoints: new URL('./endpoints/service.ts', import.meta.url),
          compression: 'zlib',
        },
        pool: { threads: 1 },
        signals: false,
      });
      await runtime.start({ executor: 'pool' });
      const python = await PythonClient.start({ url, options: optionsWith(name) });
      try {
        const target = { topic };
        const echo = await python.call({ target, method: 'echo', args: { value } });
        expect(echo).toMatchObject({ ok: true, result: value });
        const ping = await python.call({ target, method: 'oslo_rpc_server_ping' });
        expect(ping).toMatchObject({ ok: true, result: 'pong' });
      } finally {
        await python.stop();
      }
    },
  );

  it.each(pythonsCompressions)(
    'a Python server with kombu_compression=%s takes ours, and we its replies',
    async (name) => {
      const [url, topic] = [await brokerUrl(), uniqueTopic()];
      const options = optionsWith(name);
      await using python = await PythonServer.start({ url, topic, server: 'python', options });
      await using transport = await connect(url, { compression: 'zlib' });
      const client = new RPCClient(transport, { topic });
      expect(await client.call({}, 'echo', { value })).toEqual(value);
      await client.cast({}, 'note', { value: 'compressed' });
      expect(await python.notes(1)).toEqual(['compressed']);
    },
  );
});
