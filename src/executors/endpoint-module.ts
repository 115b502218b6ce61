import { isObject, LoadedModule, type ModuleSource } from './module-source.ts';

/** A module of endpoints; without `export`, every exported class with a static `target`, else the default. */
export interface EndpointModule extends ModuleSource {}

/**
 * Imports the module and makes its endpoints: an instance of each class, or the object itself.
 *
 * @param typescriptLoader - See {@link importModule}.
 * @throws {@link ExecutorLoadFailure} when the import fails, nothing in the module is an endpoint,
 * or a constructor throws; `cause` is what it threw.
 */
export async function loadEndpoints(
  source: EndpointModule,
  typescriptLoader?: string,
): Promise<object[]> {
  const module = await LoadedModule.load('endpoint', source, typescriptLoader);
  const named = module.named();
  const endpoints = named === undefined ? endpointsOf(module) : [named];
  return endpoints.map((endpoint) => module.instanceOf(endpoint));
}

function endpointsOf(module: LoadedModule): object[] {
  const { exports } = module;
  const targeted = Object.values(exports).filter(
    (value) => typeof value === 'function' && Object.hasOwn(value, 'target'),
  );
  const found = targeted.length > 0 ? targeted : [exports['default']];
  const endpoints = found.filter(isObject);
  if (endpoints.length > 0) return endpoints;
  throw module.failure('exports no class with a static `target` and no default export');
}
