import { inspect } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { connect, type RabbitOptions, RPCClient, Runtime } from '../../src/index.ts';
import { uniqueTopic } from '../support/broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';

/** Secrets that tests hand over, and that are to be seen nowhere. */
export const canary = 'pa55-word-canary';
export const passphrase = 'pa55-phrase-canary';

/** What a call between a server and a client of their own is answered. */
export async function callOver(
  url: string,
  rabbit: RabbitOptions = {},
  log = new RecordedLog(),
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<unknown> {
  const topic = uniqueTopic();
  const runtime = new Runtime({
    transport: url,
    rabbit,
    log,
    rpc: { target: { topic, server: 'one' }, endpoints: { ask: () => 'answer' } },
    signals: false,
    executor: 'async',
  });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  await runtime.start();
  const transport = await connect(url, { rabbit, log });
  onTestFinished(() => transport.close());
  const client = new RPCClient(transport, { topic }, { timeoutMs: 20_000 });
  const first = await client.call({}, 'ask');
  await meanwhile();
  return first === 'answer' ? await client.call({}, 'ask') : first;
}

/** What a connection fails with, which has to be at once, and tells no secret anywhere. */
export async function failureOf(url: string, rabbit: RabbitOptions): Promise<Error> {
  const log = new RecordedLog();
  let failure: unknown;
  try {
    const transport = await connect(url, { rabbit, log });
    onTestFinished(() => transport.close());
  } catch (error) {
    failure = error;
  }
  if (!(failure instanceof Error)) throw new Error('it was connected');
  expect(log.lines).toEqual([]);
  for (const secret of [canary, passphrase]) {
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(secret);
  }
  return failure;
}
