import { ExecutorLoadFailure } from '../errors.ts';
import { importModule } from '../import-module.ts';

/** A module that endpoints are loaded from, in the place where they run. Cloneable. */
export interface EndpointModule {
  /** A `file:` URL, or anything else that `import()` takes. */
  readonly url: string;
  /** The export to take; absent takes every exported class with a static `target`, else the default. */
  readonly export?: string;
  /** Handed to the constructor of each class. */
  readonly options?: unknown;
}

type EndpointClass = new (options: unknown) => object;

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
  let module: Record<string, unknown>;
  try {
    module = await importModule(source.url, typescriptLoader);
  } catch (cause) {
    throw loadFailure(source, `failed to load: ${textOf(cause)}`, cause);
  }
  return endpointExports(source, module).map((endpoint) => instantiate(source, endpoint));
}

function endpointExports(source: EndpointModule, module: Record<string, unknown>): object[] {
  if (source.export !== undefined) {
    const chosen = module[source.export];
    if (isEndpoint(chosen)) return [chosen];
    const names = Object.keys(module).join(', ') || 'nothing';
    throw loadFailure(source, `has no endpoint named '${source.export}'; it exports ${names}`);
  }
  const targeted = Object.values(module).filter(
    (value) => typeof value === 'function' && Object.hasOwn(value, 'target'),
  );
  const found = targeted.length > 0 ? targeted : [module['default']];
  const endpoints = found.filter(isEndpoint);
  if (endpoints.length > 0) return endpoints;
  throw loadFailure(source, 'exports no class with a static `target` and no default export');
}

function isEndpoint(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

function instantiate(source: EndpointModule, endpoint: object): object {
  if (typeof endpoint !== 'function') return endpoint;
  try {
    return new (endpoint as EndpointClass)(source.options);
  } catch (cause) {
    throw loadFailure(
      source,
      `: the constructor of ${endpoint.name} threw: ${textOf(cause)}`,
      cause,
    );
  }
}

function loadFailure(source: EndpointModule, what: string, cause?: unknown): ExecutorLoadFailure {
  return new ExecutorLoadFailure(`endpoint module ${source.url} ${what}`, { cause });
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
