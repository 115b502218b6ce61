import { pathToFileURL } from 'node:url';
import { ExecutorLoadFailure } from '../errors.ts';
import type { ExecutorName } from '../executors/executor.ts';
import type { ModuleSource } from '../executors/module-source.ts';
import type { ModuleOption } from './module-options.ts';

/** Something that is there already, or a module to load it from. */
export type Source<T extends object> = ModuleSource | { readonly instance: T };

/** Tells the forms of an option apart; relative paths start at the working directory. */
export function sourceOf<T extends object>(option: URL | string | ModuleOption | T): Source<T> {
  if (typeof option === 'string' || option instanceof URL) return { url: moduleUrl(option) };
  if (!isModuleOption(option)) return { instance: option };
  const { module, ...rest } = option;
  return { url: moduleUrl(module), ...rest };
}

/**
 * Takes a source that can be loaded in a host, which is any but an instance.
 *
 * @param what - The option that it stands in.
 * @throws {@link ExecutorLoadFailure} for an instance, with what to write instead.
 */
export function moduleOnly(
  source: Source<object>,
  what: 'endpoints' | 'serializer',
  executor: ExecutorName,
): ModuleSource {
  if (!('instance' in source)) return source;
  const name = source.instance.constructor?.name || 'Endpoint';
  throw new ExecutorLoadFailure(
    `the ${executor} executor loads ${what} inside its hosts and can't take an instance of ` +
      `${name}: write ${what}: new URL('./${name.toLowerCase()}.js', import.meta.url), or ` +
      '{ module, export, options } if its constructor takes options',
  );
}

function isModuleOption(option: object): option is ModuleOption {
  const module: unknown = Object.hasOwn(option, 'module')
    ? Reflect.get(option, 'module')
    : undefined;
  return typeof module === 'string' || module instanceof URL;
}

function moduleUrl(module: URL | string): string {
  if (module instanceof URL) return module.href;
  return /^[a-z]{2,}:/i.test(module) ? module : pathToFileURL(module).href;
}
