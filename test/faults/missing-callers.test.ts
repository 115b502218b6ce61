import { RPCClient } from 'greenroom';
import { describe, expect, it } from 'vitest';
import { newId } from '../../src/wire/ids.ts';
import { encodeRequest } from '../../src/wire/request.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report, worst } from '../support/fault-report.ts';
import { scaled } from '../support/scale.ts';
import { Ledger } from './ledger.ts';
import { openTransport, serve } from './serve.ts';

describe('callers whose reply queues are gone', () => {
  it('hold up no reply to another', async (context) => {
    const [url, topic, ledger] = [await brokerUrl(), uniqueTopic(), new Ledger()];
    const rpc = { acknowledge: 'on-reply', missingReplyQueueTimeoutMs: 1_000 } as const;
    const { log } = await serve({ url, topic, ledger, rpc });
    const [transport, flood] = [await openTransport(url), await openTransport(url)];
    const client = new RPCClient(transport, { topic }, { timeoutMs: 30_000 });
    const call = async (): Promise<number> => {
      const startedAt = performance.now();
      await ledger.send((id) => client.call({}, 'work', { id }));
      return performance.now() - startedAt;
    };
    const ordinary: number[] = [];
    for (let number = 0; number < 50; number++) ordinary.push(await call());

    const dead = scaled(1_000, 10_000);
    const queues = 20;
    const target = { topic };
    const sending = Array.from({ length: dead }, (_, number) =>
      ledger.send((id) =>
        flood.driver.send(
          { type: 'target', target },
          {
            body: encodeRequest({
              method: 'work',
              args: { id },
              context: {},
              uniqueId: newId(),
              call: { msgId: newId(), replyQueue: `reply_${topic}_${number % queues}` },
            }),
          },
        ),
      ),
    );
    const dropped = (): number =>
      log.lines.filter(({ message }) => message.startsWith('dropped a reply')).length;
    const beside: number[] = [];
    while (dropped() < dead) beside.push(await call());
    await Promise.all(sending);
    await report(context, {
      fault: `21. ${dead} replies to ${queues} reply queues that are gone`,
      promise:
        'dropped after the limit (1 s), each with a line in the log; others are answered meanwhile',
      counts: { dropped: dropped(), 'answered meanwhile': beside.length, ...ledger.account },
      worstMs: { 'an ordinary call': worst(ordinary), 'one meanwhile': worst(beside) },
    });
    expect(dropped()).toBe(dead);
    expect(ledger.account).toMatchObject({ failed: 0, open: 0, lost: 0, duplicates: 0 });
    expect(worst(beside)).toBeLessThan(5_000);
  }, 120_000);
});
