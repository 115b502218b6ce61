import type { AccessPolicy } from '../dispatcher/access-policy.ts';
import { RPCDispatcher } from '../dispatcher/rpc-dispatcher.ts';
import { ExecutorLoadFailure } from '../errors.ts';
import type { Serializer } from '../serializer.ts';
import { type EndpointModule, loadEndpoints } from './endpoint-module.ts';
import type { ModuleSource } from './module-source.ts';
import { loadSerializer } from './serializer-module.ts';

/**
 * What an executor serves, and how, in whichever place it does: a {@link HostedService} can be cloned
 * into a host.
 */
export interface Service {
  /** Modules to load endpoints from, and endpoints that are there already, in order of search. */
  readonly endpoints: readonly (EndpointModule | { readonly instance: object })[];
  /** @default everything goes as it is */
  readonly serializer?: ModuleSource | { readonly instance: Serializer<object> } | undefined;
  /** @default 'default' */
  readonly accessPolicy?: AccessPolicy | undefined;
  /** URL of a module whose `register()` teaches a thread to import TypeScript. */
  readonly typescriptLoader?: string | undefined;
}

/** A {@link Service} that is loaded from modules alone. */
export interface HostedService extends Service {
  readonly endpoints: readonly EndpointModule[];
  readonly serializer?: ModuleSource | undefined;
}

/** Takes what can be cloned into a host out of options that have more. */
export function hostedService(options: HostedService): HostedService {
  const { endpoints, serializer, accessPolicy, typescriptLoader } = options;
  return { endpoints, serializer, accessPolicy, typescriptLoader };
}

/**
 * Loads what a service needs in this thread, and makes the dispatcher for it.
 *
 * @throws {@link ExecutorLoadFailure} when an endpoint or the serializer can't be had.
 */
export async function loadDispatcher(service: Service): Promise<RPCDispatcher> {
  const { serializer, accessPolicy, typescriptLoader } = service;
  const endpoints: object[] = [];
  for (const source of service.endpoints) {
    if ('instance' in source) endpoints.push(source.instance);
    else endpoints.push(...(await loadEndpoints(source, typescriptLoader)));
  }
  const loaded =
    serializer === undefined || 'instance' in serializer
      ? serializer?.instance
      : await loadSerializer(serializer, typescriptLoader);
  try {
    return new RPCDispatcher({ endpoints, serializer: loaded, accessPolicy });
  } catch (cause) {
    throw new ExecutorLoadFailure((cause as Error).message, { cause });
  }
}
