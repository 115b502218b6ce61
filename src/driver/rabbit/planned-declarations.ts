import type { Declarations, DeclaredExchange } from '../declarations.ts';
import type { Subscription } from './topology.ts';
import type { ResolvedTopologyOptions } from './topology-options.ts';

/** What whoever consumes these subscriptions would declare, in words that need no broker. */
export function plannedDeclarations(subscriptions: readonly Subscription[]): Declarations {
  const bound = subscriptions.flatMap(({ queue, bindings }) =>
    bindings.map(({ exchange, key }) => ({ exchange, queue, key })),
  );
  const exchanges = new Map<string, DeclaredExchange>();
  for (const { exchange } of bound) exchanges.set(exchange.name, exchange);
  return {
    exchanges: [...exchanges.values()],
    queues: subscriptions.map(({ queue: { name, durable, autoDelete, arguments: args } }) => ({
      name,
      durable,
      autoDelete,
      arguments: args,
    })),
    bindings: bound.map(({ exchange, queue, key }) => ({
      exchange: exchange.name,
      queue: queue.name,
      key,
    })),
    consumers: subscriptions.map(({ queue, consumer }) => ({ queue: queue.name, ...consumer })),
  };
}

/** For the id in a queue's name, which is open; takes no number from those who start in earnest. */
export function openQueueId({ queueNames }: ResolvedTopologyOptions): string {
  return queueNames === undefined ? '<id>' : `${queueNames.host}:${queueNames.process}:<id>`;
}
