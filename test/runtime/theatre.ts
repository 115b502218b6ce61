import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import {
  connect,
  type Log,
  RPCClient,
  type RPCOptions,
  Runtime,
  type RuntimeOptions,
  type Transport,
} from '../../src/index.ts';
import { stagedEndpoints } from '../executors/conformance/workshop.ts';
import type { Actor } from '../executors/endpoints/actor.ts';
import type { Wreck } from '../executors/endpoints/wreck.ts';
import { SharedStage } from '../executors/shared-stage.ts';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';

/** A kind of broker, and how to get the URL of one. */
export interface Venue {
  readonly kind: 'memory' | 'rabbit';
  readonly open: () => string | Promise<string>;
}

/** A broker in this process that no other test uses. */
export const memory: Venue = {
  kind: 'memory',
  open: () => `memory://${randomUUID().slice(0, 8)}`,
};
/** The run's RabbitMQ. */
export const rabbit: Venue = { kind: 'rabbit', open: brokerUrl };
/** For `describe.each`: what matters most is tested on both. */
export const venues: readonly Venue[] = [memory, rabbit];

/** What a test changes of a runtime's options. */
export type Changes = Partial<Omit<RuntimeOptions, 'rpc'>> & { readonly rpc?: Partial<RPCOptions> };

/** A line that a runtime logged. */
export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: object;
}

/** A topic of its own on a broker, a client for it, and runtimes that serve it. */
export interface Theatre {
  readonly url: string;
  readonly topic: string;
  /** Shared with the actors of every runtime. */
  readonly stage: SharedStage;
  readonly transport: Transport;
  readonly client: RPCClient<Actor>;
  readonly wrecker: RPCClient<Wreck>;
  /** What the runtimes have logged. */
  readonly lines: readonly LogLine[];
  /** Makes a runtime with the actors of `test/executors/endpoints`; stopped with the test. */
  runtime(changes?: Changes): Runtime;
}

/** Sets up a {@link Theatre}; `own` is told of what has to be closed, the last one first. */
export async function openTheatre(
  venue: Venue,
  own: (close: () => Promise<void>) => void = onTestFinished,
): Promise<Theatre> {
  const url = await venue.open();
  const topic = uniqueTopic();
  const stage = SharedStage.open();
  own(() => stage.close());
  const transport = await connect(url);
  own(() => transport.close());
  const lines: LogLine[] = [];
  const target = { topic, version: '1.0' };
  return {
    url,
    topic,
    stage,
    transport,
    client: new RPCClient<Actor>(transport, target, { timeoutMs: 20_000 }),
    wrecker: new RPCClient<Wreck>(transport, { ...target, namespace: 'wreck' }),
    lines,
    runtime({ rpc, ...changes } = {}) {
      const runtime = new Runtime({
        transport: url,
        rpc: {
          target: { topic, server: 'server-1' },
          endpoints: stagedEndpoints(stage).map(({ url: module, ...rest }) => ({
            module,
            ...rest,
          })),
          ...rpc,
        },
        pool: { threads: 1 },
        process: { processes: 1 },
        signals: false,
        log: keepingLog(lines),
        ...changes,
      });
      own(() => runtime.stop({ graceMs: 0 }));
      return runtime;
    },
  };
}

/** A log that keeps its lines. */
export function keepingLog(lines: LogLine[], onLine: (line: LogLine) => void = () => {}): Log {
  const at = (level: keyof Log) => (fields: object, message: string) => {
    const line = { level, message, fields };
    lines.push(line);
    onLine(line);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** What a promise was rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it was not rejected');
}
