import { ExecutorLoadFailure } from '../errors.ts';
import { type Executor, type ExecutorName, executorNames } from '../executors/executor.ts';
import { HostsExecutor, type HostsExecutorOptions } from '../executors/hosts-executor.ts';
import { LoopExecutor } from '../executors/loop-executor.ts';
import type { ModuleSource } from '../executors/module-source.ts';
import { ProcessSpawner } from '../executors/processes/process-spawner.ts';
import { ThreadSpawner } from '../executors/threads/thread-spawner.ts';
import { defaultWireOptions } from '../executors/wire-options.ts';
import { silentLog } from '../log.ts';
import { suggestion } from '../nearest-name.ts';
import type { Serializer } from '../serializer.ts';
import type { ResolvedHostsOptions } from './host-options.ts';
import type { ResolvedRPCOptions } from './rpc-options.ts';
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
  const { rpc, notifications, cancelGraceMs, log } = options;
  const called = sourcesOf(rpc);
  const told = notifications && {
    ...sourcesOf(notifications),
    isBatched: notifications.batch !== undefined,
    allowRequeue: notifications.allowRequeue,
    limits: notifications.limits,
  };
  const common = {
    ...called,
    notifications: told,
    accessPolicy: rpc?.accessPolicy,
    typescriptLoader: typescriptLoaderFor([called, told ?? noSources]),
    wire: rpc?.wire ?? defaultWireOptions,
    cancelGraceMs,
    log,
  };
  const hosted = (hosts: ResolvedHostsOptions): Omit<HostsExecutorOptions, 'name' | 'spawner'> => ({
    ...common,
    ...hosts,
    ...modulesOnly(called, name),
    notifications: told && { ...told, ...modulesOnly(told, name) },
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
      return new HostsExecutor({ ...hosts, name, spawner, ahead });
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

/**
 * How many requests a thread holds that wait for others to end, of those that are looked ahead: it goes
 * from one short call to the next without a word from the runtime's thread.
 */
const ahead = 8;

/** One more than there are hosts at work, so that a new one is there before the old one goes. */
function places({ hosts, spareHosts }: ResolvedHostsOptions): number {
  return hosts + Math.max(spareHosts, 1);
}

/** What the endpoints of one kind of work come from, and their serializer. */
interface Sources {
  readonly endpoints: readonly Source<object>[];
  readonly serializer: Source<Serializer<object>> | undefined;
}

const noSources: Sources = { endpoints: [], serializer: undefined };

function sourcesOf(
  options: Pick<ResolvedRPCOptions, 'endpoints' | 'serializer'> | undefined,
): Sources {
  if (options === undefined) return noSources;
  const { endpoints, serializer } = options;
  return {
    endpoints: endpoints.map((option) => sourceOf(option)),
    serializer: serializer === undefined ? undefined : sourceOf(serializer),
  };
}

/** @throws {@link ExecutorLoadFailure} for an instance, with what to write instead. */
function modulesOnly(
  { endpoints, serializer }: Sources,
  executor: ExecutorName,
): { endpoints: ModuleSource[]; serializer: ModuleSource | undefined } {
  return {
    endpoints: endpoints.map((source) => moduleOnly(source, 'endpoints', executor)),
    serializer: serializer && moduleOnly(serializer, 'serializer', executor),
  };
}

function typescriptLoaderFor(all: readonly Sources[]): string | undefined {
  const sources = all.flatMap(({ endpoints, serializer }) =>
    serializer === undefined ? endpoints : [...endpoints, serializer],
  );
  for (const source of sources) {
    if ('url' in source && needsTypescriptLoader(source.url))
      return findTypescriptLoader(source.url);
  }
  return undefined;
}
