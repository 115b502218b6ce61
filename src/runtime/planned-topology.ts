import type { Declarations } from '../driver/declarations.ts';
import { Transport } from '../driver/transport.ts';
import { type RuntimeOptions, resolveRuntimeOptions } from './runtime-options.ts';

/**
 * What a runtime with these options would declare at its broker: exchanges, queues, bindings and
 * consumers, with their arguments. It connects to nothing and loads no endpoint.
 *
 * Only what a server declares: a client's reply queue and what peers declare is not part of it. Which
 * priorities there are queues for is the endpoints' to say: one `<priority>` stands for each of them.
 *
 * @throws {@link InvalidOptionError} and {@link InvalidTransportURL}, as the runtime itself would.
 */
export function plannedTopology(raw: RuntimeOptions): Declarations {
  const { transport, rpc, notifications, controlExchange, rabbit } = resolveRuntimeOptions(raw);
  const { driver } =
    transport instanceof Transport
      ? transport
      : Transport.of(transport, { controlExchange, rabbit });
  const plans: Declarations[] = [];
  if (rpc !== undefined) plans.push(driver.plan(rpc.target));
  if (notifications !== undefined) {
    const { targets, pool, temporaryPool: isTemporary } = notifications;
    plans.push(
      driver.planNotifications({ targets, priorities: ['<priority>'], pool, isTemporary }),
    );
  }
  const exchanges = plans.flatMap((plan) => plan.exchanges);
  return {
    exchanges: [...new Map(exchanges.map((exchange) => [exchange.name, exchange])).values()],
    queues: plans.flatMap((plan) => plan.queues),
    bindings: plans.flatMap((plan) => plan.bindings),
    consumers: plans.flatMap((plan) => plan.consumers),
  };
}
