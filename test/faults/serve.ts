import {
  connect,
  type ExecutorName,
  RPCClient,
  type RPCOptions,
  Runtime,
  type Transport,
  type TransportOptions,
} from 'greenroom';
import { onTestFinished } from 'vitest';
import { RecordedLog } from '../support/recorded-log.ts';
import type { Ledger } from './ledger.ts';

/** A server in the test's own process. */
export interface Server {
  readonly runtime: Runtime;
  readonly log: RecordedLog;
  /** How often a connection of that role was lost. */
  lost(role: 'listen' | 'send' | 'reply'): number;
}

/** What a test says of a server. */
export interface ServeOptions {
  readonly url: string;
  readonly topic: string;
  readonly ledger: Ledger;
  /** @default 'async' */
  readonly executor?: ExecutorName;
  readonly rabbit?: TransportOptions['rabbit'];
  readonly rpc?: Partial<Omit<RPCOptions, 'target' | 'endpoints'>>;
}

/** Serves `work`, which notes its id in the ledger and gives it back, until the end of the test. */
export async function serve({
  url,
  topic,
  ledger,
  executor = 'async',
  rabbit,
  rpc,
}: ServeOptions): Promise<Server> {
  const log = new RecordedLog();
  const work = (_ctx: unknown, { id }: { id: string }): string => {
    ledger.executed(id);
    return id;
  };
  const runtime = new Runtime({
    transport: url,
    ...(rabbit !== undefined && { rabbit }),
    rpc: { ...rpc, target: { topic, server: 'one' }, endpoints: { work } },
    signals: false,
    executor,
    log,
  });
  onTestFinished(() => runtime.stop({ graceMs: 0 }));
  await runtime.start();
  const isLoss = (message: string): boolean => message.startsWith('lost the connection');
  return {
    runtime,
    log,
    lost: (role) =>
      log.lines.filter(({ message, fields }) => isLoss(message) && fields['role'] === role).length,
  };
}

/** Opens a transport that is closed at the end of the test. */
export async function openTransport(url: string, options?: TransportOptions): Promise<Transport> {
  const transport = await connect(url, options);
  onTestFinished(() => transport.close());
  return transport;
}

/** Makes a client of a topic, with a transport of its own, that is closed at the end of the test. */
export async function openClient(
  url: string,
  topic: string,
  options?: TransportOptions,
): Promise<RPCClient> {
  return new RPCClient(await openTransport(url, options), { topic }, { timeoutMs: 30_000 });
}
