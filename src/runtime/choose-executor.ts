import { ExecutorLoadFailure } from '../errors.ts';
import { type Executor, type ExecutorName, executorNames } from '../executors/executor.ts';
import { LoopExecutor } from '../executors/loop-executor.ts';
import { PoolExecutor } from '../executors/pool-executor.ts';
import { suggestion } from '../nearest-name.ts';
import type { ResolvedRuntimeOptions } from './runtime-options.ts';
import { moduleOnly, type Source, sourceOf } from './sources.ts';
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
 * @throws {@link ExecutorLoadFailure} when the form of an endpoint or the serializer does not suit it.
 */
export function makeExecutor(name: ExecutorName, options: ResolvedRuntimeOptions): Executor {
  const endpoints = options.endpoints.map((option) => sourceOf(option));
  const serializer = options.serializer === undefined ? undefined : sourceOf(options.serializer);
  const typescriptLoader = typescriptLoaderFor(serializer ? [...endpoints, serializer] : endpoints);
  const { accessPolicy, wire } = options;
  const service = { endpoints, serializer, accessPolicy, typescriptLoader, wire };
  switch (name) {
    case 'blocking':
      return new LoopExecutor({ ...service, name, slots: 1 });
    case 'async':
      return new LoopExecutor({ ...service, name, slots: options.asyncConcurrency });
    case 'pool':
      return new PoolExecutor({
        ...options.pool,
        ...service,
        endpoints: endpoints.map((source) => moduleOnly(source, 'endpoints', name)),
        serializer: serializer && moduleOnly(serializer, 'serializer', name),
        log: options.log,
      });
    default:
      return name satisfies never;
  }
}

function typescriptLoaderFor(sources: readonly Source<object>[]): string | undefined {
  for (const source of sources) {
    if ('url' in source && needsTypescriptLoader(source.url))
      return findTypescriptLoader(source.url);
  }
  return undefined;
}
