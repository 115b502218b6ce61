import type { ServerTarget } from '../../target.ts';
import type { Declarations, DeclaredExchange } from '../declarations.ts';
import { Topology } from './topology.ts';
import type { ResolvedTopologyOptions } from './topology-options.ts';

/** What a server of `target` would declare, without a broker; the name of its fanout queue is open. */
export function plannedDeclarations(
  target: ServerTarget,
  controlExchange: string,
  options: ResolvedTopologyOptions,
): Declarations {
  const subscriptions = new Topology(controlExchange, options, openId).subscriptions(target);
  const exchanges = new Map<string, DeclaredExchange>();
  for (const { exchange } of subscriptions) exchanges.set(exchange.name, exchange);
  return {
    exchanges: [...exchanges.values()],
    queues: subscriptions.map(({ queue: { name, durable, autoDelete, arguments: args } }) => ({
      name,
      durable,
      autoDelete,
      arguments: args,
    })),
    bindings: subscriptions.map(({ exchange, queue, bindingKey }) => ({
      exchange: exchange.name,
      queue: queue.name,
      key: bindingKey,
    })),
    consumers: subscriptions.map(({ queue, consumer }) => ({ queue: queue.name, ...consumer })),
  };
}

/** Takes no number from those who start in earnest. */
function openId({ queueNames }: ResolvedTopologyOptions): string {
  return queueNames === undefined ? '<id>' : `${queueNames.host}:${queueNames.process}:<id>`;
}
