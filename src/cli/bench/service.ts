import { hostname } from 'node:os';
import {
  type ExecutorName,
  loadConfig,
  type RabbitOptions,
  type RuntimeOptions,
  type Target,
} from '../../index.ts';
import type { Environment } from '../environment.ts';
import { targetOf } from '../request-command.ts';
import { chooseTransport, chooseTransportUrl, defaultTransportUrl } from '../transport-choice.ts';
import { UsageError } from '../usage-error.ts';
import type { BenchOptions } from './bench-options.ts';

/** The service that is measured, and how it is reached. */
export interface BenchService {
  readonly url: string;
  readonly controlExchange?: string;
  readonly rabbit?: RabbitOptions;
  readonly target: Target & { readonly topic: string };
  /** How it is started; absent where it runs already. */
  readonly start?: ServiceStart;
}

/** How a service is started, once under each executor. */
export interface ServiceStart {
  readonly config: string;
  readonly executors: readonly ExecutorName[];
  /** The name that its servers have. */
  readonly server: string;
}

/**
 * A service that runs already.
 *
 * @throws {@link UsageError} for `memory://`.
 */
export function runningService(
  topic: string,
  options: BenchOptions,
  environment: Environment,
): BenchService {
  const url = chooseTransportUrl(options.url, environment.transport) ?? defaultTransportUrl;
  if (isMemory(url)) {
    throw new UsageError(
      'memory:// lives inside one process, so nothing there can be reached from here',
    );
  }
  return { url, target: { ...targetOf(topic, options), topic } };
}

/**
 * The service of a config, to be started under executors.
 *
 * @throws {@link UsageError} when it has no broker of which other processes know; as `loadConfig` does.
 */
export async function configuredService(
  config: string,
  options: BenchOptions,
  environment: Environment,
): Promise<BenchService> {
  const { file, options: configured } = await loadConfig(config);
  const url = sharedUrl(options, environment, configured);
  const { controlExchange, rabbit, rpc } = configured;
  if (rpc === undefined)
    throw new UsageError('the config serves no rpc, which is what is measured');
  const { topic, exchange, server = hostname() } = rpc.target;
  const { namespace, rpcVersion } = options;
  const target = targetOf(topic, {
    ...(namespace !== undefined && { namespace }),
    ...(rpcVersion !== undefined && { rpcVersion }),
    ...(exchange !== undefined && { exchange }),
  });
  return {
    url,
    ...(controlExchange !== undefined && { controlExchange }),
    ...(rabbit !== undefined && { rabbit }),
    target: { ...target, topic },
    start: { config: file, executors: options.executors ?? defaultExecutors, server },
  };
}

const defaultExecutors: readonly ExecutorName[] = ['blocking', 'async', 'pool'];

function sharedUrl(
  options: BenchOptions,
  environment: Environment,
  configured: RuntimeOptions,
): string {
  const example = 'give the URL of a broker, such as --url rabbit://broker-1/';
  const chosen = chooseTransport(
    chooseTransportUrl(options.url, environment.transport),
    configured,
  );
  if (typeof chosen !== 'string') {
    throw new UsageError(`the config makes its own transport, which can't be shared: ${example}`);
  }
  if (isMemory(chosen)) {
    throw new UsageError(
      `memory:// lives inside one process, and each executor gets a process of its own: ${example}`,
    );
  }
  return chosen;
}

function isMemory(url: string): boolean {
  return /^memory:/i.test(url);
}
