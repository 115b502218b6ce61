import { NoSuchMethod, UnsupportedVersion } from '../errors.ts';
import { type Log, shortened } from '../log.ts';
import { noOpSerializer, type Serializer } from '../serializer.ts';
import { isVersionCompatible } from '../version.ts';
import { clientTimeoutMs } from '../wire/keep-alive.ts';
import { stringifyJson } from '../wire/python-json.ts';
import { isRecord } from '../wire/record.ts';
import type { Request } from '../wire/request.ts';
import type { AccessPolicy } from './access-policy.ts';
import type { Cancellation } from './cancellation.ts';
import { CallContext } from './context.ts';
import { Endpoint } from './endpoint.ts';
import { isOneOf } from './expected-exceptions.ts';
import type { ExposedMethod } from './exposure.ts';

/** What a dispatcher is made from. */
export interface RPCDispatcherOptions {
  /** Searched in this order; the first that has the method serves the request. */
  readonly endpoints: readonly object[];
  /** @default noOpSerializer */
  readonly serializer?: Serializer<object> | undefined;
  /** @default 'default' */
  readonly accessPolicy?: AccessPolicy | undefined;
}

/** What the dispatcher can't know from the request. */
export interface DispatchedCall {
  /** Whether the call is to stop. */
  readonly cancellation: Cancellation;
  /** Where `ctx.log` goes. @default nowhere */
  readonly log?: Log | undefined;
  /** When the caller stops waiting, on the clock of `performance.now()` of this thread. */
  readonly deadline: number | undefined;
}

/** What came of a request; the error is whatever was thrown, `null` included. */
export type DispatchOutcome =
  | { readonly type: 'result'; readonly result: unknown }
  | {
      readonly type: 'failure';
      readonly error: unknown;
      /** Whether it is in order for this to fail now and then: worth no more than a debug line. */
      readonly expected: boolean;
    };

/**
 * Finds the endpoint for a request's namespace, version and method, and runs it.
 *
 * Holds no state between requests; any number may run at once. Source: oslo-wire.md 7.
 */
export class RPCDispatcher {
  readonly #endpoints: readonly Endpoint[];
  readonly #serializer: Serializer<object>;

  /** @throws TypeError that names the endpoint when one is no object, or its `target` is none. */
  constructor(options: RPCDispatcherOptions) {
    const { endpoints, serializer = noOpSerializer, accessPolicy } = options;
    this.#endpoints = endpoints.map((instance) => new Endpoint(instance, accessPolicy));
    this.#serializer = serializer;
  }

  /** Runs one request to its end; never rejects, whatever the endpoint does. */
  dispatch(request: Request, call: DispatchedCall): Promise<DispatchOutcome> {
    let found: Found | undefined;
    const failed = (error: unknown): DispatchOutcome => {
      const expected =
        found === undefined
          ? isAnnounced(error, request.method)
          : isOneOf(error, found.method.expected);
      return { type: 'failure', error, expected };
    };
    // No async function: its frame is larger than all else that is allocated here, for each call.
    try {
      found = this.#find(request);
      const values = this.#serializer.deserializeContext(request.context);
      const result = Promise.resolve(this.#run(found, request, call, values));
      return result.then((value): DispatchOutcome => {
        try {
          return { type: 'result', result: this.#serializer.serializeEntity(values, value) };
        } catch (error) {
          return failed(error);
        }
      }, failed);
    } catch (error) {
      return Promise.resolve(failed(error));
    }
  }

  #run(found: Found, request: Request, call: DispatchedCall, values: object): unknown {
    const context = new CallContext({
      values,
      method: found.name,
      namespace: typeof request.namespace === 'string' ? request.namespace : undefined,
      version: found.version,
      msgId: typeof request.call?.msgId === 'string' ? request.call.msgId : undefined,
      clientTimeoutMs: clientTimeoutMs(request.call?.monitorTimeout),
      cancellation: call.cancellation,
      log: call.log,
      deadline: call.deadline,
    });
    const args = this.#argumentsOf(request.args, values);
    return found.method.run.call(found.endpoint.instance, context, args);
  }

  /**
   * An endpoint that can't serve namespace and version is passed over before the method is looked
   * at, so an unknown namespace is an unsupported version, as in oslo.messaging.
   */
  #find({ method: name, namespace, version = '1.0' }: Request): Found {
    let isServed = false;
    for (const endpoint of this.#endpoints) {
      if (!endpoint.serves(namespace)) continue;
      if (typeof version !== 'string') continue;
      if (endpoint.version !== version && !isVersionCompatible(endpoint.version, version)) continue;
      if (typeof name !== 'string') {
        throw new TypeError(`method name is no string: ${shownAsText(name)}`);
      }
      isServed = true;
      const method = endpoint.methods.get(name);
      if (method !== undefined) return { endpoint, name, method, version };
    }
    const shownName = shownAsText(name);
    if (isServed) {
      // The two texts are oslo.messaging's, word for word (oslo-wire.md 8).
      throw new NoSuchMethod(`Endpoint does not support RPC method ${shownName}`, {
        method: shownName,
      });
    }
    throw new UnsupportedVersion(
      `Endpoint does not support RPC version ${shownAsText(version)}. Attempted method: ${shownName}`,
      { method: shownName },
    );
  }

  /** The object has no prototype: a name that the caller left out is `undefined`, whatever it is. */
  #argumentsOf(sent: unknown, values: object): Record<string, unknown> {
    if (!isRecord(sent)) {
      throw new TypeError(`arguments are no object of named arguments: ${shownAsText(sent)}`);
    }
    const args: Record<string, unknown> = Object.create(null);
    for (const [name, entity] of Object.entries(sent)) {
      args[name] = this.#serializer.deserializeEntity(values, entity);
    }
    return args;
  }
}

interface Found {
  readonly endpoint: Endpoint;
  readonly name: string;
  readonly method: ExposedMethod;
  readonly version: string;
}

/** oslo: a caller that expects the method to be missing says so in its name. */
function isAnnounced(error: unknown, method: unknown): boolean {
  return (
    typeof method === 'string' && method.endsWith('_ignore_errors') && error instanceof NoSuchMethod
  );
}

/** What a peer sent, in an error's text; nothing is `None`, for the texts are Python's. */
function shownAsText(value: unknown): string {
  if (value === undefined || value === null) return 'None';
  return shortened(typeof value === 'string' ? value : stringifyJson(value));
}
