import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Loader, lilconfig } from 'lilconfig';
import { parse as parseYaml } from 'yaml';
import type { TlsOptions } from '../driver/rabbit/tls-options.ts';
import { InvalidOptionError } from '../errors.ts';
import { importModule } from '../import-module.ts';
import { checkOptions } from '../options.ts';
import { listOf, type ModuleOption } from './module-options.ts';
import type { RPCOptions } from './rpc-options.ts';
import type { RuntimeOptions } from './runtime-options.ts';
import { runtimeSchema } from './runtime-schema.ts';
import { findTypescriptLoader, needsTypescriptLoader } from './typescript-loader.ts';

/** Where a config file is looked for, in this order. */
export const configFileNames: readonly string[] = [
  'ts',
  'mts',
  'js',
  'mjs',
  'json',
  'yaml',
  'yml',
].map((extension) => `greenroom.config.${extension}`);

/** A config file that was read. */
export interface LoadedConfig {
  /** The file's absolute path. */
  readonly file: string;
  readonly options: RuntimeOptions;
}

/**
 * Reads the given config file, or the first of `greenroom.config.{ts,mts,js,mjs,json,yaml,yml}` in
 * the working directory. Paths in it that begin with a dot, of modules and of TLS's files,
 * start at the file's folder.
 *
 * A module exports the options as `default`, or a function that makes them.
 *
 * @throws {@link InvalidOptionError} when there is none, or it can't be read or is not valid.
 */
export async function loadConfig(
  file?: string,
  cwd: string = process.cwd(),
): Promise<LoadedConfig> {
  const search = lilconfig('greenroom', {
    searchPlaces: [...configFileNames],
    stopDir: cwd,
    loaders: {
      '.ts': esModule,
      '.mts': esModule,
      '.js': esModule,
      '.mjs': esModule,
      '.yaml': yaml,
      '.yml': yaml,
    },
  });
  const found = await read(() =>
    file === undefined ? search.search(cwd) : search.load(path.resolve(cwd, file)),
  );
  if (found === null || found.isEmpty) {
    throw new InvalidOptionError(
      file === undefined
        ? `no config file in ${cwd}: make one of ${configFileNames.join(', ')}, or name one`
        : `the config file ${file} is empty`,
    );
  }
  const { filepath } = found;
  const made: unknown = await read(async () =>
    typeof found.config === 'function' ? await found.config() : found.config,
  );
  checkOptions(runtimeSchema, made, path.relative(cwd, filepath));
  return { file: filepath, options: anchored(made as RuntimeOptions, path.dirname(filepath)) };

  async function read<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      throw new InvalidOptionError(`cannot read the config file ${file ?? `in ${cwd}`}: ${text}`, {
        cause,
      });
    }
  }
}

const esModule: Loader = async (filepath) => {
  const { href } = pathToFileURL(filepath);
  const loader = needsTypescriptLoader(href) ? findTypescriptLoader(href) : undefined;
  const { default: config } = await importModule(href, loader);
  if (config === undefined) throw new Error('it has no default export');
  return config;
};

const yaml: Loader = (_filepath, content) => parseYaml(content) as unknown;

/** Makes relative paths of modules absolute, from the folder of the file that they stand in. */
function anchored(options: RuntimeOptions, folder: string): RuntimeOptions {
  const anchor = <T extends object>(option: T | string): T | string | ModuleOption => {
    if (typeof option === 'string') return anchoredPath(option, folder);
    const module: unknown = Reflect.get(option, 'module');
    return typeof module === 'string'
      ? { ...option, module: anchoredPath(module, folder) }
      : option;
  };
  const modulesIn = <T extends Pick<RPCOptions, 'endpoints' | 'serializer'>>(of: T): T => ({
    ...of,
    endpoints: listOf(of.endpoints).map(anchor),
    ...(of.serializer !== undefined && { serializer: anchor(of.serializer) }),
  });
  const { rpc, notifications, rabbit } = options;
  return {
    ...options,
    ...(rpc !== undefined && { rpc: modulesIn(rpc) }),
    ...(notifications !== undefined && { notifications: modulesIn(notifications) }),
    ...(rabbit?.tls && { rabbit: { ...rabbit, tls: anchoredTls(rabbit.tls, folder) } }),
  };
}

function anchoredTls(tls: TlsOptions, folder: string): TlsOptions {
  const files = (['caFile', 'certFile', 'keyFile'] as const).flatMap((name) => {
    const file = tls[name];
    return file === undefined ? [] : [[name, anchoredPath(file, folder)]];
  });
  return { ...tls, ...Object.fromEntries(files) };
}

function anchoredPath(module: string, folder: string): string {
  return module.startsWith('.') ? path.resolve(folder, module) : module;
}
