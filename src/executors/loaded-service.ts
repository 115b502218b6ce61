import { NotificationDispatcher } from '../dispatcher/notification-dispatcher.ts';
import { RPCDispatcher } from '../dispatcher/rpc-dispatcher.ts';
import { ExecutorLoadFailure } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Serializer } from '../serializer.ts';
import type { MessageLimits } from '../wire/message-limits.ts';
import { type EndpointKind, loadEndpoints, notificationEndpoints } from './endpoint-module.ts';
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
  /** Absent where nothing gets notifications. */
  readonly notifications: NotificationDispatcher | undefined;
  /** What is refused unread of notifications. */
  readonly notificationLimits: MessageLimits | undefined;
  /** Disposes of the endpoints that were made here, last first; tells of each that fails. */
  dispose(onFailure: (error: unknown) => void): Promise<void>;
}

/**
 * Loads what a service needs in this thread, starts its endpoints, and makes the dispatcher for them.
 *
 * @throws {@link ExecutorLoadFailure} when an endpoint or the serializer can't be had or started.
 */
export async function loadService(service: Service, host: HostInfo): Promise<LoadedService> {
  const { accessPolicy, typescriptLoader, notifications } = service;
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
  const called = await loadedOf(service, typescriptLoader);
  const told =
    notifications && (await loadedOf(notifications, typescriptLoader, notificationEndpoints));
  let dispatcher: RPCDispatcher;
  let notificationDispatcher: NotificationDispatcher | undefined;
  try {
    dispatcher = new RPCDispatcher({ ...called, accessPolicy });
    if (notifications !== undefined && told !== undefined) {
      const { isBatched, allowRequeue } = notifications;
      notificationDispatcher = new NotificationDispatcher({ ...told, isBatched, allowRequeue });
    }
  } catch (cause) {
    throw new ExecutorLoadFailure((cause as Error).message, { cause });
  }
  const sources = [...service.endpoints, ...(notifications?.endpoints ?? [])];
  const given = new Set(sources.flatMap((s) => ('instance' in s ? [s.instance] : [])));
  // An instance may be there for both kinds, and has one life.
  const endpoints = new Set([...called.endpoints, ...(told?.endpoints ?? [])]);
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
  return {
    dispatcher,
    notifications: notificationDispatcher,
    notificationLimits: notifications?.limits,
    dispose,
  };
}

/** Loads, or takes, the endpoints and the serializer of one kind of work. */
async function loadedOf(
  { endpoints: sources, serializer }: Pick<Service, 'endpoints' | 'serializer'>,
  typescriptLoader: string | undefined,
  kind?: EndpointKind,
): Promise<{ endpoints: object[]; serializer: Serializer<object> | undefined }> {
  const endpoints: object[] = [];
  for (const source of sources) {
    if ('instance' in source) endpoints.push(source.instance);
    else endpoints.push(...(await loadEndpoints(source, typescriptLoader, kind)));
  }
  const loaded =
    serializer === undefined || 'instance' in serializer
      ? serializer?.instance
      : await loadSerializer(serializer, typescriptLoader);
  return { endpoints, serializer: loaded };
}

function startFailure(endpoint: object, cause: unknown): ExecutorLoadFailure {
  const name = endpoint.constructor?.name || 'an endpoint';
  const text = cause instanceof Error ? cause.message : String(cause);
  return new ExecutorLoadFailure(`onStart of ${name} threw: ${text}`, { cause });
}
