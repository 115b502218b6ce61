import {
  type DispatchOutcome,
  RPCDispatcher,
  type RPCDispatcherOptions,
} from '../../src/dispatcher/rpc-dispatcher.ts';
import { RunningCall } from '../../src/executors/running-call.ts';
import type { Request } from '../../src/wire/request.ts';

/** A call that nobody aborts and that has no deadline. */
export const openCall = { cancellation: new RunningCall(), deadline: undefined };

/** Sends one request, of which only what matters is given, to endpoints made for it. */
export function dispatch(
  endpoints: readonly object[],
  request: Partial<Request>,
  options: Omit<RPCDispatcherOptions, 'endpoints'> = {},
): Promise<DispatchOutcome> {
  return new RPCDispatcher({ endpoints, ...options }).dispatch(
    { method: 'echo', args: {}, context: {}, ...request },
    openCall,
  );
}
