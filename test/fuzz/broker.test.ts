import type { Options } from 'amqplib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connect, RPCClient, Runtime } from '../../src/index.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { report } from '../support/fault-report.ts';
import { openRawChannel } from '../support/raw-channel.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { scaled } from '../support/scale.ts';
import { hostileMessages, seed } from './bodies.ts';
import { namesOnBuiltins } from './builtins.ts';
import type { Harmless } from './harmless-endpoint.ts';

/** In each of the two ways to acknowledge. */
const count = scaled(10_000, 50_000);
/** What stands in the log for each message that was not run. */
const notRun = [
  'rejected a message that is no request',
  'dropped a message that has been run before',
];

describe(`${count} hostile messages through RabbitMQ, GREENROOM_FUZZ_SEED=${seed}`, () => {
  it.for(['on-dispatch', 'on-reply'] as const)(
    'leave nothing behind, and a pool that answers: %s',
    { timeout: scaled(60_000, 300_000) },
    async (acknowledge, context) => {
      const names = namesOnBuiltins();
      const url = await brokerUrl();
      const topic = uniqueTopic('fuzz');
      const log = new RecordedLog();
      await using raw = await openRawChannel();
      await using transport = await connect(url);
      await using runtime = new Runtime({
        transport: url,
        rpc: {
          target: { topic },
          endpoints: new URL('./harmless-endpoint.ts', import.meta.url),
          acknowledge,
          lookAhead: 100,
          missingReplyQueueTimeoutMs: 0,
          limits: { maxBodyBytes: 100_000 },
        },
        pool: { threads: 2, concurrency: 8 },
        signals: false,
        log,
      });
      await runtime.start({ executor: 'pool' });

      const properties = fc.sample(hostileProperties(), { seed, numRuns: count });
      for (const [index, message] of hostileMessages(count).entries()) {
        const { headers, ...rest } = properties[index] ?? {};
        const { body, contentType, compression } = message;
        const named = compression === undefined ? headers : { ...headers, compression };
        raw.channel.sendToQueue(topic, body, { contentType, ...rest, headers: named });
      }
      const ready = async () => (await raw.channel.checkQueue(topic)).messageCount;
      await expect.poll(ready, { timeout: scaled(50_000, 250_000) }).toBe(0);

      const client = new RPCClient<Harmless>(transport, { topic, version: '1.0' });
      expect(await client.call({}, 'echo', { value: 'still there' })).toEqual({
        value: 'still there',
      });
      const drained = await runtime.drain();
      // With its consumers gone, what had not been acknowledged would be in the queue again.
      expect(await ready()).toBe(0);
      expect(drained).toMatchObject({ returned: 0, abandoned: 0 });
      const lines = log.lines.map(({ message }) => message);
      expect(lines).not.toContain('a host died; starting another');
      // Neither a fuzzer that breaks everything nor one that breaks nothing is worth its time.
      const skipped = lines.filter((line) => notRun.includes(line)).length;
      expect(skipped).toBeGreaterThan(count / 20);
      expect(skipped).toBeLessThan(count - count / 20);
      expect(namesOnBuiltins()).toBe(names);
      await report(context, {
        fault: `40. ${count} hostile messages through the broker (seed ${seed}), \`${acknowledge}\``,
        promise: 'each settled once; no host lost, nothing polluted, service as before',
        counts: { messages: count, 'refused unread': skipped },
      });
    },
  );
});

/** Properties and headers that a broker takes, and no peer of ours would send. */
function hostileProperties(): fc.Arbitrary<Options.Publish> {
  const short = fc.string({ maxLength: 60 });
  const scalar = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.integer(),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc.nat().map((value) => ({ '!': 'timestamp', value })),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalar, tie('list'), tie('table')),
    list: fc.array(tie('value'), { maxLength: 4 }),
    table: fc.dictionary(fc.string({ maxLength: 20 }).filter(isPlainName), tie('value'), {
      maxKeys: 4,
    }),
  }));
  const names = ['compression', 'content-type', 'toString', 'constructor', 'ttl', 'x-death', ''];
  const headers = fc.dictionary(
    fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 40 }).filter(isPlainName)),
    value,
    { maxKeys: 5 },
  );
  return fc.record(
    {
      headers: headers as fc.Arbitrary<Record<string, unknown>>,
      contentEncoding: fc.oneof(fc.constantFrom('utf-8', 'binary', 'gzip', ''), short),
      expiration: fc.constantFrom('30000', '86400000'),
      priority: fc.nat(255),
      persistent: fc.boolean(),
      correlationId: short,
      replyTo: short,
      messageId: short,
      timestamp: fc.nat(),
      type: short,
      appId: short,
    },
    { requiredKeys: [] },
  );
}

/** amqplib takes an object with the key `!` for a type of AMQP's. */
function isPlainName(name: string): boolean {
  return name !== '!' && name !== 'CC' && name !== 'BCC' && Buffer.byteLength(name) < 128;
}
