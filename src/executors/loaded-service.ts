import { RPCDispatcher } from '../dispatcher/rpc-dispatcher.ts';
import { ExecutorLoadFailure } from '../errors.ts';
import type { Log } from '../log.ts';
import { loadEndpoints } from './endpoint-module.ts';
import type { ExecutorName } from './executor.ts';
import { loadSerializer } from './serializer-module.ts';
import type { Service } from './service.ts';

/** How long endpoints may take to be disposed of, in milliseconds. */
export const defaultDisposeTimeoutMs = 5_000;

/** Which host this is. */
export interface HostName {
  readonly executor: ExecutorName;
  /** Unlike that of any host before it in this runtime, from 1 on. */
  readonly id: number;
}

/** What an endpoint's `onStart` gets: the place that it lives in. */
export interface HostInfo extends HostName {
  /** The runtime's log. */
  readonly log: Log;
  /** Aborts when the host is to stop, before the endpoints are disposed of. */
  readonly signal: AbortSignal;
}

/**
 * What an endpoint may have beside the methods that are called: a life. Neither can be called from outside.
 *
 * A host runs `onStart` before it takes its first call, and is not ready until that has resolved; what
 * it throws, `start()` fails with. `[Symbol.asyncDispose]` runs when the host is stopped or recycled,
 * after its last call; not when it crashes or is killed.
 */
export interface EndpointLife {
  onStart?(host: HostInfo): unknown;
  [Symbol.asyncDispose]?(): PromiseLike<void>;
}

/** A service whose endpoints are there and have started. */
export interface LoadedService {
  readonly dispatcher: RPCDispatcher;
  /** Disposes of the endpoints that were made here, last first; tells of each that fails. */
  dispose(onFailure: (error: unknown) => void): Promise<void>;
}

/**
 * Loads what a service needs in this thread, starts its endpoints, and makes the dispatcher for them.
 *
 * @throws {@link ExecutorLoadFailure} when an endpoint or the serializer can't be had or started.
 */
export async function loadService(service: Service, host: HostInfo): Promise<LoadedService> {
  const { serializer, accessPolicy, typescriptLoader } = service;
  const made: EndpointLife[] = [];
  const dispose = async (onFailure: (error: unknown) => void): Promise<void> => {
    for (const endpoint of made.splice(0).reverse()) {
      try {
        await endpoint[Symbol.asyncDispose]?.();
      } catch (error) {
        onFailure(error);
      }
    }
  };
  const endpoints: object[] = [];
  for (const source of service.endpoints) {
    if ('instance' in source) endpoints.push(source.instance);
    else endpoints.push(...(await loadEndpoints(source, typescriptLoader)));
  }
  const loaded =
    serializer === undefined || 'instance' in serializer
      ? serializer?.instance
      : await loadSerializer(serializer, typescriptLoader);
  let dispatcher: RPCDispatcher;
  try {
    dispatcher = new RPCDispatcher({ endpoints, serializer: loaded, accessPolicy });
  } catch (cause) {
    throw new ExecutorLoadFailure((cause as Error).message, { cause });
  }
  const given = new Set(service.endpoints.flatMap((s) => ('instance' in s ? [s.instance] : [])));
  for (const endpoint of endpoints) {
    try {
      await (endpoint as EndpointLife).onStart?.(host);
    } catch (cause) {
      await dispose(() => {}); // What could not start is what is told.
      throw startFailure(endpoint, cause);
    }
    // What was given is its giver's to dispose of.
    if (!given.has(endpoint)) made.push(endpoint);
  }
  return { dispatcher, dispose };
}

function startFailure(endpoint: object, cause: unknown): ExecutorLoadFailure {
  const name = endpoint.constructor?.name || 'an endpoint';
  const text = cause instanceof Error ? cause.message : String(cause);
  return new ExecutorLoadFailure(`onStart of ${name} threw: ${text}`, { cause });
}
