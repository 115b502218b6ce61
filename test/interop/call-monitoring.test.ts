import { RPCClient } from 'greenroom';
import { expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython } from '../support/python.ts';
import { PythonClient } from '../support/python-client.ts';
import { openTransport, startGreenroom, startPythonServer } from './servers.ts';

describeWithPython('a call that is monitored', () => {
  it('by Python is waited for while a pool host computes for 10 s', async () => {
    const topic = uniqueTopic();
    await startGreenroom(topic, 'pool');
    await using python = await PythonClient.start({ url: await brokerUrl() });

    const reply = await python.call({
      target: { topic },
      method: 'spin',
      args: { seconds: 10 },
      timeout: 60,
      call_monitor_timeout: 2,
    });

    expect(reply).toMatchObject({ ok: true, result: expect.any(Number) });
  }, 120_000);

  it('by us is waited for while Python works, and not when its server is gone', async () => {
    const topic = uniqueTopic();
    const server = await startPythonServer(topic);
    const monitored = { timeoutMs: 60_000, callMonitorTimeoutMs: 3_000 };
    const client = new RPCClient(await openTransport(), { topic }, monitored);

    expect(await client.call({}, 'slow', { seconds: 5 })).toBe(5);

    const lost = client.call({}, 'slow', { seconds: 50 });
    // The call has been taken when another has been answered.
    await client.call({}, 'echo', { value: 1 });
    server.kill();
    await expect(lost).rejects.toMatchObject({
      code: 'ERR_GREENROOM_TIMEOUT',
      message: expect.stringContaining('heard nothing of slow for 3000 ms'),
    });
  }, 120_000);
});
