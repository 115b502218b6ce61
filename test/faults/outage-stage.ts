import { RPCClient, type Transport, type TransportOptions } from 'greenroom';
import { uniqueTopic } from '../support/broker.ts';
import type { PrivateBroker } from '../support/private-broker.ts';
import { Ledger } from './ledger.ts';
import { openTransport, type Server, serve } from './serve.ts';

/** A server and its client, on a broker that has outages. */
export interface OutageStage {
  readonly ledger: Ledger;
  readonly server: Server;
  /** The client's. */
  readonly transport: Transport;
  readonly call: () => Promise<void>;
  readonly cast: () => Promise<void>;
}

/** Opens a server that acknowledges on reply, a client, and queues that survive the broker. */
export async function openOutageStage(
  { url }: PrivateBroker,
  rabbit: TransportOptions['rabbit'] = {},
): Promise<OutageStage> {
  const [ledger, topic] = [new Ledger(), uniqueTopic()];
  const options = { topology: { durable: true }, ...rabbit };
  const rpc = { acknowledge: 'on-reply' } as const;
  const server = await serve({ url, topic, ledger, rabbit: options, rpc });
  const transport = await openTransport(url, { rabbit: options });
  const client = new RPCClient(transport, { topic }, { timeoutMs: 30_000 });
  return {
    ledger,
    server,
    transport,
    call: () => ledger.send((id) => client.call({}, 'work', { id }, { timeoutMs: 60_000 })),
    cast: () => ledger.send((id) => client.cast({}, 'work', { id })),
  };
}
