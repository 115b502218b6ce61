import { ExecutorLoadFailure } from '../errors.ts';
import { type Executor, type ExecutorName, executorNames } from '../executors/executor.ts';
import { LoopExecutor } from '../executors/loop-executor.ts';
import { PoolExecutor } from '../executors/pool-executor.ts';
import { suggestion } from '../nearest-name.ts';
import { endpointSource, modulesOnly } from './endpoint-sources.ts';
import type { ResolvedRuntimeOptions } from './runtime-options.ts';
import { findTypescriptLoader, needsTypescriptLoader } from './typescript-loader.ts';

/**
 * Takes the nearest word: the argument of `start()`, then the environment, then the options.
 *
 * @throws {@link ExecutorLoadFailure} for a word that names no executor.
 */
export function chooseExecutor(...words: readonly (string | undefined)[]): ExecutorName {
  const word = words.find((candidate) => candidate !== undefined) ?? 'async';
  const name = executorNames.find((candidate) => candidate === word);
  if (name !== undefined) return name;
  throw new ExecutorLoadFailure(`there is no executor '${word}'${suggestion(word, executorNames)}`);
}

/**
 * Makes the executor, not yet started.
 *
 * @throws {@link ExecutorLoadFailure} when an endpoint's form does not suit it.
 */
export function makeExecutor(name: ExecutorName, options: ResolvedRuntimeOptions): Executor {
  const endpoints = options.endpoints.map(endpointSource);
  const foreign = endpoints.find((source) => 'url' in source && needsTypescriptLoader(source.url));
  const typescriptLoader =
    foreign !== undefined && 'url' in foreign ? findTypescriptLoader(foreign.url) : undefined;
  switch (name) {
    case 'blocking':
      return new LoopExecutor({ name, slots: 1, endpoints, typescriptLoader });
    case 'async':
      return new LoopExecutor({
        name,
        slots: options.asyncConcurrency,
        endpoints,
        typescriptLoader,
      });
    case 'pool':
      return new PoolExecutor({
        ...options.pool,
        endpoints: modulesOnly(endpoints, name),
        typescriptLoader,
        log: options.log,
      });
    default:
      return name satisfies never;
  }
}
