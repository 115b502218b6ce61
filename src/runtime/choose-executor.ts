import { ExecutorLoadFailure } from '../errors.ts';
import { type Executor, type ExecutorName, executorNames } from '../executors/executor.ts';
import { HostsExecutor, type HostsExecutorOptions } from '../executors/hosts-executor.ts';
import { LoopExecutor } from '../executors/loop-executor.ts';
import { ProcessSpawner } from '../executors/processes/process-spawner.ts';
import { ThreadSpawner } from '../executors/threads/thread-spawner.ts';
import { silentLog } from '../log.ts';
import { suggestion } from '../nearest-name.ts';
import type { ResolvedHostsOptions } from './host-options.ts';
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
  const { accessPolicy, wire, cancelGraceMs, log } = options;
  const service = { endpoints, serializer, accessPolicy, typescriptLoader, wire };
  const common = { ...service, cancelGraceMs, log };
  const hosted = (hosts: ResolvedHostsOptions): Omit<HostsExecutorOptions, 'name' | 'spawner'> => ({
    ...common,
    ...hosts,
    endpoints: endpoints.map((source) => moduleOnly(source, 'endpoints', name)),
    serializer: serializer && moduleOnly(serializer, 'serializer', name),
    // Where there is no log, what endpoints print would be lost in it.
    takesConsole: log !== silentLog,
  });
  switch (name) {
    case 'blocking':
      return new LoopExecutor({ ...common, name, slots: 1 });
    case 'async':
      return new LoopExecutor({ ...common, name, slots: options.asyncConcurrency });
    case 'pool': {
      const hosts = hosted(options.pool);
      const { maxHeapMb } = options.pool;
      const spawner = new ThreadSpawner({ threads: places(options.pool), maxHeapMb, log });
      return new HostsExecutor({ ...hosts, name, spawner });
    }
    case 'process': {
      const hosts = hosted(options.process);
      const { maxHeapMb, maxRssMb } = options.process;
      const spawner = new ProcessSpawner({ maxHeapMb, maxRssMb, log });
      return new HostsExecutor({ ...hosts, name, spawner });
    }
    default:
      return name satisfies never;
  }
}

/** One more than there are hosts at work, so that a new one is there before the old one goes. */
function places({ hosts, spareHosts }: ResolvedHostsOptions): number {
  return hosts + Math.max(spareHosts, 1);
}

function typescriptLoaderFor(sources: readonly Source<object>[]): string | undefined {
  for (const source of sources) {
    if ('url' in source && needsTypescriptLoader(source.url))
      return findTypescriptLoader(source.url);
  }
  return undefined;
}
