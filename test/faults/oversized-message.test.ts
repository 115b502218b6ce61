import { expect, it } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report } from '../support/fault-report.ts';
import { Ledger } from './ledger.ts';
import { openClient, serve } from './serve.ts';

it('a message too large for the broker fails alone, before it is sent', async (context) => {
  const [ledger, topic, url] = [new Ledger(), uniqueTopic(), await brokerUrl()];
  const server = await serve({ url, topic, ledger });
  const client = await openClient(url, topic, { rabbit: { maxMessageBytes: 100_000 } });
  const cast = (padding: string): Promise<void> =>
    ledger.send((id) => client.cast({}, 'work', { id, padding }));
  const good = Array.from({ length: 100 }, () => cast(''));
  await cast('x'.repeat(100_000));
  await Promise.all(good);
  await expect.poll(() => ledger.account.lost).toBe(0);
  await report(context, {
    fault: '18. a message too large for the broker, 100 others in flight',
    promise: 'it fails at once with MessageTooLarge and is not sent; the others are confirmed',
    counts: { ...ledger.account },
    // It is one message, in every run.
    isWhole: true,
  });
  expect(ledger.account).toMatchObject({ confirmed: 100, failed: 1, open: 0, failedButDone: 0 });
  expect(ledger.failures).toEqual([expect.stringMatching(/^MessageTooLarge: /)]);
  expect(server.lost('listen')).toBe(0);
});
