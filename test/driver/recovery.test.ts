import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  connect,
  MessageDeliveryFailure,
  RPCClient,
  Runtime,
  type TopologyOptions,
  type Transport,
} from '../../src/index.ts';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { listQueues } from '../support/broker-listing.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';

const canary = 'pa55-word-canary';

describeWithPrivateBroker('what a lost connection leaves', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start();
  });
  afterAll(async () => {
    await broker.stop();
  });

  it('is taken up again when the broker closes every connection', async () => {
    const { client, log } = await serve(broker.url);
    await everyKindOfCall(client);

    await broker.ctl(['close_all_connections', 'a test']);

    await connectedAgain(log, 'listen', 'send', 'reply');
    await everyKindOfCall(client);
  });

  it('is taken up again when the broker was killed', async () => {
    const { client, log } = await serve(broker.url);
    await everyKindOfCall(client);

    await broker.kill();
    await broker.restart();

    await connectedAgain(log, 'listen', 'send', 'reply');
    await everyKindOfCall(client);
  }, 90_000);

  it('is taken up again when the broker was away, by a call that was made meanwhile too', async () => {
    // A queue that goes with the broker takes nothing before its server is back.
    const { client, log } = await serve(broker.url, { durable: true });
    await everyKindOfCall(client);

    const restarted = broker.restart();
    await expect
      .poll(() => log.lines.map(({ message }) => message), { timeout: 30_000 })
      .toContain('could not connect to the broker; trying again');
    const meanwhile = client.call({}, 'echo', { value: 'meanwhile' });
    await restarted;

    expect(await meanwhile).toBe('meanwhile');
    await connectedAgain(log, 'listen', 'send', 'reply');
    await everyKindOfCall(client);
  }, 90_000);

  it('is declared and consumed again when a queue is deleted under its consumer', async () => {
    const { client, log, topic } = await serve(broker.url);
    await everyKindOfCall(client);

    await broker.ctl(['delete_queue', topic]);
    await connectedAgain(log, 'listen');
    await everyKindOfCall(client);

    const queues = (await listQueues(broker)).map(({ name }) => String(name));
    const replyQueues = queues.filter((name) => name.startsWith('reply_'));
    expect(replyQueues).not.toEqual([]);
    for (const name of replyQueues) await broker.ctl(['delete_queue', name]);
    await connectedAgain(log, 'reply');
    await everyKindOfCall(client);
  });

  describe('a list of hosts', () => {
    it('is gone through until one answers', async () => {
      const { client } = await serve(
        `rabbit://guest:guest@127.0.0.1:1,guest:guest@127.0.0.1:${broker.port}/`,
      );
      await everyKindOfCall(client);
    });

    it('that has nobody says whom it tried, and what happened', async () => {
      const connecting = connect(`rabbit://u:${canary}@localhost:1,u:${canary}@127.0.0.1:2/`, {
        rabbit: { connectRetries: 0 },
      });
      const error = await rejection(connecting);
      expect(error).toBeInstanceOf(MessageDeliveryFailure);
      expect(error.message).toMatch(
        /^could not connect to the broker at localhost:1, 127\.0\.0\.1:2 after 2 attempts: connect ECONNREFUSED 127\.0\.0\.1:2$/,
      );
      expect(inspect(error, { depth: 9 })).not.toContain(canary);
    });

    it('has one name for several addresses, each of which is told', async () => {
      const error = await rejection(
        connect('rabbit://localhost:1/', { rabbit: { connectRetries: 0 } }),
      );
      expect(error.message).toMatch(/one attempt: connect ECONNREFUSED \S+:1/);
    });
  });

  describe('a broker that will not have us', () => {
    it.each([
      [
        'a wrong password',
        () => `rabbit://guest:${canary}@127.0.0.1:${broker.port}/`,
        /ACCESS_REFUSED/,
      ],
      [
        'an unknown user',
        () => `rabbit://nobody:${canary}@127.0.0.1:${broker.port}/`,
        /ACCESS_REFUSED/,
      ],
      [
        'an unknown virtual host',
        () => `${broker.url}nowhere`,
        /refuses the virtual host 'nowhere'/,
      ],
      [
        'a login method that it does not offer',
        () => `${broker.url}?rabbit_login_method=external&ssl=false`,
        /certFile/,
      ],
    ])('is asked once, for %s, and fails the start at once', async (_what, url, text) => {
      const log = new RecordedLog();
      const error = await rejection((async () => connect(url(), { log }))());
      expect(error.message).toMatch(text);
      expect(inspect(error, { depth: 9 })).not.toContain(canary);
      expect(log.lines).toEqual([]);
    });

    it('fails the start of a server alike', async () => {
      const runtime = makeRuntime(`${broker.url}nowhere`, uniqueTopic(), new RecordedLog());
      await expect(runtime.start()).rejects.toThrow(MessageDeliveryFailure);
    });
  });

  interface Served {
    readonly topic: string;
    readonly client: RPCClient;
    readonly log: RecordedLog;
  }

  /** A server, and a client on the same transport. */
  async function serve(url: string, topology: TopologyOptions = {}): Promise<Served> {
    const log = new RecordedLog();
    const transport = await connect(url, {
      log,
      controlExchange: uniqueTopic('exchange'),
      rabbit: { retryMaxMs: 500, topology },
    });
    onTestFinished(() => transport.close());
    const topic = uniqueTopic();
    await makeRuntime(transport, topic, log).start();
    return { topic, log, client: new RPCClient(transport, { topic }, { timeoutMs: 60_000 }) };
  }
});

function makeRuntime(transport: string | Transport, topic: string, log: RecordedLog): Runtime {
  const echo = (_ctx: unknown, { value }: { value: unknown }): unknown => value;
  const runtime = new Runtime({
    transport,
    rpc: { target: { topic, server: 'one' }, endpoints: { echo } },
    signals: false,
    executor: 'async',
    log,
  });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  return runtime;
}

async function everyKindOfCall(client: RPCClient): Promise<void> {
  expect(await client.call({}, 'echo', { value: 1 })).toBe(1);
  expect(await client.prepare({ server: 'one' }).call({}, 'echo', { value: 2 })).toBe(2);
  await client.prepare({ fanout: true }).cast({}, 'echo', { value: 3 });
  const many = Array.from({ length: 50 }, (_, value) => client.call({}, 'echo', { value }));
  expect(await Promise.all(many)).toEqual(Array.from({ length: 50 }, (_, value) => value));
}

/** Resolves when each of the connections has been made again. */
async function connectedAgain(log: RecordedLog, ...roles: string[]): Promise<void> {
  const again = (): unknown[] =>
    log.lines
      .filter(({ message }) => message === 'connected to the broker')
      .map(({ fields }) => fields['role']);
  await expect.poll(again, { timeout: 30_000 }).toEqual(expect.arrayContaining(roles));
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it was not rejected');
}
