import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { connect, MessageDeliveryFailure, type Transport } from '../../src/index.ts';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { outgoing, replyTo } from './conformance/stage.ts';

const maxBytes = 10_000;
/** More than the broker takes, and not more than we know that it takes. */
const poison = outgoing('x'.repeat(maxBytes));

describeWithPrivateBroker('a message that the broker refuses', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start({ config: [`max_message_size = ${maxBytes}`] });
  });
  afterAll(() => broker.stop());

  it('by itself fails with what the broker says, and is published once', async () => {
    const { transport, log } = await opened();
    const sending = transport.driver.send(replyTo(uniqueTopic()), poison);
    await expect(sending).rejects.toThrow(MessageDeliveryFailure);
    await expect(sending).rejects.toThrow(
      /^the broker refused: .*PRECONDITION[-_]FAILED.*larger than/,
    );
    await transport.driver.send(replyTo(uniqueTopic()), outgoing('after'));
    expect(losses(log)).toHaveLength(1);
    expect(transport.driver.outbound.load).toEqual({ messages: 0, bytes: 0 });
  });

  it('among others is published again ever less often, until its sender gives up', async () => {
    const { transport, log } = await opened();
    const until = { timeoutMs: 6_000 };
    const sendings = [poison, poison].map((message) =>
      transport.driver.send(replyTo(uniqueTopic()), message, until),
    );
    for (const { status } of await Promise.allSettled(sendings)) expect(status).toBe('rejected');
    // Pauses of 100 ms on average would make some fifty of it.
    expect(losses(log).length).toBeLessThan(20);
    await transport.driver.send(replyTo(uniqueTopic()), outgoing('after'));
    expect(transport.driver.outbound.load).toEqual({ messages: 0, bytes: 0 });
  }, 30_000);

  async function opened(): Promise<{ readonly transport: Transport; readonly log: RecordedLog }> {
    const log = new RecordedLog();
    const transport = await connect(broker.url, { log });
    onTestFinished(() => transport.close());
    return { transport, log };
  }
});

function losses(log: RecordedLog): readonly string[] {
  return log.lines
    .filter(({ message }) => message.startsWith('lost the connection'))
    .map(({ fields }) => String(fields['reason']));
}
