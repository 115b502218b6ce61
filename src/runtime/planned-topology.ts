import type { Declarations } from '../driver/declarations.ts';
import { Transport } from '../driver/transport.ts';
import { type RuntimeOptions, resolveRuntimeOptions } from './runtime-options.ts';

/**
 * What a runtime with these options would declare at its broker: exchanges, queues, bindings and
 * consumers, with their arguments. It connects to nothing and loads no endpoint.
 *
 * Only what a server declares: a client's reply queue and what peers declare is not part of it.
 *
 * @throws {@link InvalidOptionError} and {@link InvalidTransportURL}, as the runtime itself would.
 */
export function plannedTopology(raw: RuntimeOptions): Declarations {
  const { transport, target, controlExchange, rabbit } = resolveRuntimeOptions(raw);
  const { driver } =
    transport instanceof Transport
      ? transport
      : Transport.of(transport, { controlExchange, rabbit });
  return driver.plan(target);
}
