import { expect, it, onTestFinished } from 'vitest';
import { RPCClient } from '../../src/client/rpc-client.ts';
import { connect } from '../../src/driver/transport.ts';
import { CallCancelled } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import { ReplySender } from '../../src/runtime/reply-sender.ts';
import { decodeRequest } from '../../src/wire/request.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { describeWithPython } from '../support/python.ts';
import { PythonClient } from '../support/python-client.ts';
import { PythonServer } from '../support/python-server.ts';

describeWithPython('a call that may be cancelled', () => {
  it('is served by Python as any other, and ends here when it is aborted', async () => {
    const [url, topic] = [await brokerUrl(), uniqueTopic()];
    await using _server = await PythonServer.start({ url, topic, server: 'python' });
    await using transport = await connect(url);
    const client = new RPCClient(transport, { topic });
    const controller = new AbortController();
    const { signal } = controller;

    expect(await client.call({}, 'echo', { value: 1 }, { signal })).toBe(1);
    const reason = new Error('the user went away');
    const slow = client.call({}, 'slow', { seconds: 1 }, { signal });
    const watched = client
      .prepare({ callMonitorTimeoutMs: 4_000 })
      .call({}, 'slow', { seconds: 1 }, { signal });
    // They have been taken when another has been answered.
    expect(await client.call({}, 'add', { a: 1, b: 2 }, { signal })).toBe(3);
    controller.abort(reason);

    for (const call of [slow, watched]) {
      const error: unknown = await call.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(CallCancelled);
      expect(error).toMatchObject({ cause: reason });
    }
    // Python knows nothing of cancelling, and answers.
    await expect.poll(() => transport.orphanedReplies).toBe(2);
    const { signal: fresh } = new AbortController();
    expect(await client.call({}, 'echo', { value: 2 }, { signal: fresh })).toBe(2);
    expect(await client.call({}, 'echo', { value: 3 })).toBe(3);
    expect(transport.orphanedReplies).toBe(2);
  }, 120_000);
});

describeWithPython('a caller in Python that monitors its call', () => {
  it('is noticed to be gone when it was killed, though its queue is still there', async () => {
    const [url, topic] = [await brokerUrl(), uniqueTopic()];
    await using transport = await connect(url);
    const { driver } = transport;
    const listener = await driver.listen({ topic, server: 'hand' }, { prefetch: 1 });
    const python = await PythonClient.start({ url });
    onTestFinished(() => python.stop());
    const options = { target: { topic }, method: 'slow', timeout: 60, call_monitor_timeout: 1 };
    const lost = python.call(options).catch((error: unknown) => error);
    const [message] = await listener.poll(1);
    const call = message && decodeRequest(message.body).call;
    message?.acknowledge();
    const replyTo = { queue: String(call?.replyQueue), msgId: call?.msgId };
    const sender = new ReplySender({
      driver,
      missingQueueTimeoutMs: 0,
      queuePrefix: 'reply_',
      callerGoneGraceMs: 1_000,
      openCancelQueue: () => transport.replyQueue(),
      log: silentLog,
    });
    let isGone = false;
    const stop = sender.keepAlive(replyTo, 250, () => {
      isGone = true;
    });
    onTestFinished(stop);
    await expect.poll(() => driver.hasConsumer(replyTo.queue)).toBe(true);
    expect(isGone).toBe(false);

    const killedAt = performance.now();
    python.kill();
    await lost;

    await expect.poll(() => isGone).toBe(true);
    expect(performance.now() - killedAt).toBeGreaterThan(1_000);
    // What is sent to it is taken: nothing would ever come back.
    const body = new Uint8Array();
    const sent = driver.send(
      { type: 'reply', queue: replyTo.queue },
      { body },
      { mandatory: true },
    );
    await expect(sent).resolves.toBeUndefined();
  }, 120_000);
});
