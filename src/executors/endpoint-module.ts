import { handlesNotifications } from '../dispatcher/notification-endpoint.ts';
import { isObject, LoadedModule, type ModuleSource } from './module-source.ts';

/** A module of endpoints; without `export`, every exported class that is of the kind, else the default. */
export interface EndpointModule extends ModuleSource {}

/** How classes of endpoints are told from whatever else a module exports. */
export interface EndpointKind {
  readonly isEndpoint: (exported: unknown) => boolean;
  /** What such a class has, for the error when there is none. */
  readonly mark: string;
}

/** Endpoints of methods that clients call. */
export const rpcEndpoints: EndpointKind = {
  isEndpoint: (exported) => typeof exported === 'function' && Object.hasOwn(exported, 'target'),
  mark: 'a static `target`',
};

/** Endpoints of methods that get notifications. */
export const notificationEndpoints: EndpointKind = {
  isEndpoint: handlesNotifications,
  mark: 'a method named like a priority',
};

/**
 * Imports the module and makes its endpoints: an instance of each class, or the object itself.
 *
 * @param typescriptLoader - See {@link importModule}.
 * @param kind - Which classes are taken where the source names no export.
 * @throws {@link ExecutorLoadFailure} when the import fails, nothing in the module is an endpoint,
 * or a constructor throws; `cause` is what it threw.
 */
export async function loadEndpoints(
  source: EndpointModule,
  typescriptLoader?: string,
  kind: EndpointKind = rpcEndpoints,
): Promise<object[]> {
  const module = await LoadedModule.load('endpoint', source, typescriptLoader);
  const named = module.named();
  const endpoints = named === undefined ? endpointsOf(module, kind) : [named];
  return endpoints.map((endpoint) => module.instanceOf(endpoint));
}

function endpointsOf(module: LoadedModule, { isEndpoint, mark }: EndpointKind): object[] {
  const { exports } = module;
  const classes = Object.values(exports).filter(isEndpoint);
  const found = classes.length > 0 ? classes : [exports['default']];
  const endpoints = found.filter(isObject);
  if (endpoints.length > 0) return endpoints;
  throw module.failure(`exports no class with ${mark} and no default export`);
}
