import { RPCClient } from 'greenroom';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/driver/transport.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { FaultProxy } from '../faults/fault-proxy.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';

/** Says how often it was called. */
class Counter {
  static readonly target = {};
  count = 0;

  next(): number {
    this.count += 1;
    return this.count;
  }
}

/** A server whose broker tells it of no confirm, with one call that it has run. */
async function serveUnconfirmed(acknowledge: 'on-dispatch' | 'on-reply') {
  const url = await brokerUrl();
  const proxy = await FaultProxy.open(url);
  const topic = uniqueTopic();
  const [counter, log] = [new Counter(), new RecordedLog()];
  const runtime = new Runtime({
    transport: proxy.url,
    rpc: { target: { topic }, endpoints: counter, acknowledge },
    signals: false,
    log,
  });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  await runtime.start({ executor: 'async' });
  proxy.swallow('basic.ack');
  const transport = await connect(url);
  onTestFinished(() => transport.close());
  await new RPCClient(transport, { topic }).cast({}, 'next');
  const called = new RPCClient(transport, { topic }).call({}, 'next', {}, { timeoutMs: 60_000 });
  // Published it is: what the server does not know is that the broker has it.
  expect(await called).toBe(2);
  return { runtime, counter, log };
}

it('a reply that no broker has confirmed when the server stops is not taken for sent, under on-reply', async () => {
  const { runtime, counter, log } = await serveUnconfirmed('on-reply');
  const report = await runtime.drain({ timeoutMs: 500 });
  expect(report).toMatchObject({ finished: 0, returned: 1, abandoned: 0 });
  expect(report.messages.returned).toMatchObject([{ method: 'next' }]);
  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'dropped a reply' }),
  );
  expect(counter.count).toBe(2);
});

it('nor under on-dispatch, where nothing is left to give back', async () => {
  const { runtime } = await serveUnconfirmed('on-dispatch');
  const report = await runtime.drain({ timeoutMs: 500 });
  expect(report).toMatchObject({ returned: 0, abandoned: 0 });
});
