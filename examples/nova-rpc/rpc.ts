/** What `nova/rpc.py` is to nova: the one place where servers and clients are made. */
import {
  connect,
  type PrepareOptions,
  RPCClient,
  type RPCOptions,
  Runtime,
  type Transport,
} from 'greenroom';
import { RequestContextSerializer } from './request-context.ts';

let transport: Transport | undefined;

/** Connects; before anything else. */
export async function init(url: string): Promise<void> {
  transport = await connect(url, { controlExchange: 'nova' });
}

export async function cleanup(): Promise<void> {
  await transport?.close();
  transport = undefined;
}

/** A server for `target`, which is not started yet. */
export function getServer(
  target: RPCOptions['target'],
  endpoints: RPCOptions['endpoints'],
): Runtime {
  return new Runtime({
    transport: initialized(),
    rpc: {
      target,
      endpoints,
      serializer: {
        module: new URL('./request-context.ts', import.meta.url),
        export: 'RequestContextSerializer',
      },
    },
  });
}

/** A client for the servers of `target` that sends no version above the cap. */
export function getClient<T extends object>(target: {
  readonly topic: string;
  readonly version: string;
  readonly versionCap?: string;
}): RPCClient<T> {
  const { versionCap, ...rest } = target;
  const cap: PrepareOptions = versionCap === undefined ? {} : { versionCap };
  return new RPCClient<T>(initialized(), rest, {
    serializer: new RequestContextSerializer(),
  }).prepare(cap);
}

function initialized(): Transport {
  if (transport === undefined) throw new Error('rpc.init() comes first');
  return transport;
}
