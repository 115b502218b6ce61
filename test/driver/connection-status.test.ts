import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFailed, onTestFinished } from 'vitest';
import {
  type ConnectionStatus,
  connect,
  RPCClient,
  Runtime,
  type StatusChange,
  type Transport,
} from '../../src/index.ts';
import { describeWithPrivateBroker, uniqueTopic } from '../support/broker.ts';
import { PrivateBroker } from '../support/private-broker.ts';
import { RecordedLog } from '../support/recorded-log.ts';

describe('the status of a runtime in memory', () => {
  it('says what it does, and that its connections are there', async () => {
    const { runtime, changes } = serve(`memory://${randomUUID()}`, new RecordedLog());
    expect(runtime.status).toEqual({
      state: 'idle',
      since: expect.any(Number),
      connections: [],
    });
    await runtime.start();
    expect(runtime.status.state).toBe('running');
    expect(statesOf(runtime.status.connections)).toEqual(['send connected', 'listen connected']);
    await runtime.stop();
    expect(statesOf(runtime.status.connections)).toEqual([]);
    const told = await changes;
    expect(told.map(shown)).toEqual([
      'starting',
      'listen connected',
      'running',
      'draining',
      'listen closed',
      'send closed',
      'stopped',
    ]);
  });
});

describe('the status of a transport without a broker', () => {
  it('says what was tried and why it failed', async () => {
    const runtime = new Runtime({
      transport: 'rabbit://127.0.0.1:1/',
      rabbit: { connectRetries: 1, retryInitialMs: 1 },
      rpc: { target: { topic: uniqueTopic() }, endpoints: {} },
      signals: false,
    });
    const changes = toldBy(runtime);
    await expect(runtime.start()).rejects.toThrow('ECONNREFUSED');
    const told = (await changes).flatMap((each) =>
      each.type === 'connection' ? [each.connection] : [],
    );
    expect(statesOf(told).slice(0, 2)).toEqual(['send connecting', 'send closed']);
    expect(told[1]).toMatchObject({
      attempts: 2,
      host: '127.0.0.1:1',
      lastError: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describeWithPrivateBroker('the status of a transport', () => {
  let broker: PrivateBroker;
  beforeAll(async () => {
    broker = await PrivateBroker.start();
  });
  afterAll(async () => {
    await broker.stop();
  });

  it('shows a broker that blocks us, and one that does no longer, with a line for each', async () => {
    const log = new RecordedLog();
    const { runtime, transport, client } = await served(log);
    expect(statesOf(transport.status)).toEqual(['send connected', 'reply connected']);

    onTestFailed(async () => void (await broker.ctl(['set_vm_memory_high_watermark', '0.9'])));
    await broker.ctl(['set_vm_memory_high_watermark', '0']);
    const held = client.call({}, 'echo', { value: 'held' });
    await expect
      .poll(() => statesOf(transport.status), { timeout: 20_000 })
      .toEqual(['send blocked', 'reply connected']);
    expect(transport.status[0]).toMatchObject({
      host: `127.0.0.1:${broker.port}`,
      lastError: expect.stringContaining('memory'),
    });

    await broker.ctl(['set_vm_memory_high_watermark', '0.9']);
    expect(await held).toBe('held');
    expect(statesOf(transport.status)).toEqual(['send connected', 'reply connected']);
    expect(transport.status[0]?.lastError).toBeUndefined();
    const lines = log.lines.filter(({ message }) => message.startsWith('the broker takes'));
    expect(lines.map(({ level, message }) => `${level}: ${message}`)).toEqual(
      expect.arrayContaining([
        'warn: the broker takes no messages for now',
        'info: the broker takes messages again',
      ]),
    );
    await runtime.stop();
  }, 60_000);

  it('shows a connection that is lost, and one that is made again', async () => {
    const log = new RecordedLog();
    const { runtime, changes } = await served(log);
    await broker.ctl(['close_all_connections', 'a test']);
    // The server's two, and the client's two: what they come to after that is another connection.
    await expect
      .poll(() => log.lines.filter(({ message }) => message.startsWith('lost the connection')))
      .toHaveLength(4);
    await expect
      .poll(() => statesOf(runtime.status.connections), { timeout: 20_000 })
      .toEqual(['send connected', 'listen connected']);
    await runtime.stop();
    const listening = (await changes).map(shown).filter((each) => each.startsWith('listen'));
    expect(listening).toEqual([
      'listen connecting',
      'listen connected',
      'listen connecting',
      'listen connected',
      'listen closed',
    ]);
  }, 60_000);

  /** A server, and a client on a transport of its own. */
  async function served(log: RecordedLog): Promise<
    ReturnType<typeof serve> & {
      readonly transport: Transport;
      readonly client: RPCClient;
    }
  > {
    const made = serve(broker.url, log);
    await made.runtime.start();
    const transport = await connect(broker.url, { log });
    onTestFinished(() => transport.close());
    const client = new RPCClient(transport, { topic: made.topic }, { timeoutMs: 30_000 });
    expect(await client.call({}, 'echo', { value: 1 })).toBe(1);
    return { ...made, transport, client };
  }
});

function serve(
  transport: string,
  log: RecordedLog,
): {
  readonly topic: string;
  readonly runtime: Runtime;
  readonly changes: Promise<StatusChange[]>;
} {
  const topic = uniqueTopic();
  const echo = (_ctx: unknown, { value }: { value: unknown }): unknown => value;
  const runtime = new Runtime({
    transport,
    rabbit: { retryMaxMs: 200 },
    rpc: { target: { topic, server: 'one' }, endpoints: { echo } },
    signals: false,
    log,
  });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  return { topic, runtime, changes: toldBy(runtime) };
}

async function toldBy(runtime: Runtime): Promise<StatusChange[]> {
  const told: StatusChange[] = [];
  for await (const change of runtime.statusChanges()) told.push(change);
  return told;
}

function statesOf(connections: readonly ConnectionStatus[]): string[] {
  return connections.map(({ role, state }) => `${role} ${state}`);
}

function shown(change: StatusChange): string {
  return change.type === 'runtime'
    ? change.state
    : `${change.connection.role} ${change.connection.state}`;
}
