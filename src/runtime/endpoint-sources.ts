import { pathToFileURL } from 'node:url';
import { ExecutorLoadFailure } from '../errors.ts';
import type { EndpointModule } from '../executors/endpoint-module.ts';
import type { ExecutorName } from '../executors/executor.ts';
import type { EndpointModuleOption, EndpointsOption } from './runtime-options.ts';

/** An endpoint that is there already, or a module to load some from. */
export type EndpointSource = EndpointModule | { readonly instance: object };

/** Tells the forms of {@link EndpointsOption} apart; relative paths start at the working directory. */
export function endpointSource(option: EndpointsOption): EndpointSource {
  if (typeof option === 'string' || option instanceof URL) return { url: moduleUrl(option) };
  if (!isModuleOption(option)) return { instance: option };
  const { module, ...rest } = option;
  return { url: moduleUrl(module), ...rest };
}

/**
 * Takes the sources that can be loaded in a host, which is all but instances.
 *
 * @throws {@link ExecutorLoadFailure} for an instance, with what to write instead.
 */
export function modulesOnly(
  sources: readonly EndpointSource[],
  executor: ExecutorName,
): readonly EndpointModule[] {
  return sources.map((source) => {
    if (!('instance' in source)) return source;
    const name = source.instance.constructor?.name || 'Endpoint';
    throw new ExecutorLoadFailure(
      `the ${executor} executor loads endpoints inside its hosts and can't take an instance of ` +
        `${name}: write endpoints: new URL('./${name.toLowerCase()}.js', import.meta.url), or ` +
        '{ module, export, options } if its constructor takes options',
    );
  });
}

function isModuleOption(option: object): option is EndpointModuleOption {
  const module: unknown = Object.hasOwn(option, 'module')
    ? Reflect.get(option, 'module')
    : undefined;
  return typeof module === 'string' || module instanceof URL;
}

function moduleUrl(module: URL | string): string {
  if (module instanceof URL) return module.href;
  return /^[a-z]{2,}:/i.test(module) ? module : pathToFileURL(module).href;
}
