import type { TransportOptions } from 'greenroom';
import { expect } from 'vitest';
import { uniqueTopic } from '../support/broker.ts';
import type { Cluster } from './cluster.ts';
import { Ledger } from './ledger.ts';
import { steadily } from './load.ts';
import { openClient, serve } from './serve.ts';

const impatient: NonNullable<TransportOptions['rabbit']> = {
  topology: { quorum: true, transientQuorum: true },
  heartbeatMs: 2_000,
  confirmTimeoutMs: 3_000,
  methodTimeoutMs: 2_500,
};

/** Few at once: the nodes, the server and the caller share this machine's cores. */
export const senders = 10;

/** Where the parts of a stage connect first: the numbers of nodes. */
interface Places {
  readonly server: number;
  readonly client: number;
  /** Who declares the queue, and so leads it. @default the server's */
  readonly leader?: number;
  /** Of each cast. @default the client's own */
  readonly timeoutMs?: number | undefined;
  /** How long a host that may be cut off is tried; the transport's own default when absent. */
  readonly handshakeTimeoutMs?: number;
}

/** A server and a client that casts to it, on a quorum queue. */
export interface ClusterStage {
  readonly topic: string;
  readonly ledger: Ledger;
  /** Resolves when so many more were confirmed. */
  executed(more: number, timeoutMs?: number): Promise<void>;
  /** Ends the casting; what was confirmed must have been executed then. */
  noneLost(): Promise<void>;
}

/** Opens one until the end of the test. */
export async function openClusterStage(
  cluster: Cluster,
  { server, client: clientPlace, leader = server, timeoutMs, handshakeTimeoutMs }: Places,
): Promise<ClusterStage> {
  const rabbit = { ...impatient, ...(handshakeTimeoutMs && { handshakeTimeoutMs }) };
  const [ledger, topic] = [new Ledger(), uniqueTopic()];
  const rpc = { acknowledge: 'on-reply' } as const;
  if (leader !== server) {
    const first = await serve({ url: cluster.url(leader), topic, ledger, rabbit, rpc });
    await first.runtime.stop();
  }
  await serve({ url: cluster.url(server), topic, ledger, rabbit, rpc });
  const client = await openClient(cluster.url(clientPlace), topic, { rabbit });
  const cast = (id: string): Promise<void> => client.cast({}, 'work', { id }, { timeoutMs });
  const load = steadily(senders, () => ledger.send(cast));
  return {
    topic,
    ledger,
    async executed(more, timeout = 60_000) {
      const { confirmed } = ledger.account;
      await expect
        .poll(() => ledger.account.confirmed, { interval: 50, timeout })
        .toBeGreaterThan(confirmed + more);
    },
    async noneLost() {
      await load.stop();
      await expect
        .poll(() => ledger.account, { interval: 100 })
        .toMatchObject({ open: 0, lost: 0 });
    },
  };
}

/**
 * What senders were told that is neither expected nor a refusal: a node that finds itself in the minority
 * says of what it was sent that it takes no charge of it.
 */
export function besidesRefusals({ failures }: Ledger, expected?: RegExp): readonly string[] {
  const refusal = 'MessageDeliveryFailure: the broker refused the message';
  return failures.filter((text) => text !== refusal && !expected?.test(text));
}
