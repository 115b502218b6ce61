import { RPCDispatcher } from '../dispatcher/rpc-dispatcher.ts';
import { ClosedError } from '../errors.ts';
import { type EndpointModule, loadEndpoints } from './endpoint-module.ts';
import type { Outcome } from './executor.ts';
import {
  type DoneItem,
  type FromHost,
  type HostOutcome,
  type HostTask,
  ownedBodies,
  type ToHost,
  type WorkItem,
} from './host-protocol.ts';
import { perform } from './perform.ts';
import { RunningCalls } from './running-calls.ts';
import { TurnBatch } from './turn-batch.ts';

/**
 * The life of a host, inside its thread: loads the endpoints, then answers the port until it is
 * told to stop. It is the one long task that the pool runs in the thread.
 */
export async function runHost(task: HostTask): Promise<void> {
  const { port } = task;
  const post = (message: FromHost, transfer: ArrayBuffer[] = []): void => {
    port.postMessage(message, transfer);
  };
  let dispatcher: RPCDispatcher;
  try {
    dispatcher = await load(task);
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    post({ type: 'load-failed', message, stack });
    port.close();
    return;
  }
  const calls = new RunningCalls();
  const done = new TurnBatch<DoneItem>((items) => postDone(items, post));
  const ended = new Promise<void>((resolve) => port.once('close', resolve));
  port.on('message', (message: ToHost) => {
    if (message.type === 'stop') port.close();
    else for (const item of message.items) void run(item);
  });
  post({ type: 'ready' });
  await ended;
  calls.abort(new ClosedError('the host was stopped'));

  async function run({ id, body, contentType, deadline }: WorkItem): Promise<void> {
    const work = {
      body,
      contentType,
      deadline: deadline === undefined ? undefined : deadline - performance.timeOrigin,
    };
    const outcome = await perform(dispatcher, work, calls, (begun) => {
      post({ type: 'begun', id, begun });
    });
    done.add({ id, outcome: portable(outcome) });
  }
}

async function load({ endpoints, typescriptLoader }: HostTask): Promise<RPCDispatcher> {
  const loaded = await Promise.all(
    endpoints.map((source: EndpointModule) => loadEndpoints(source, typescriptLoader)),
  );
  return new RPCDispatcher({ endpoints: loaded.flat() });
}

function portable(outcome: Outcome): HostOutcome {
  if (outcome.type !== 'done') return { type: 'malformed', message: outcome.error.message };
  // The arguments stay here: the runtime only logs the failure, and they may not be clonable.
  const failure = outcome.failure && { ...outcome.failure, args: [], kwargs: {} };
  return { ...outcome, failure };
}

function postDone(
  items: readonly DoneItem[],
  post: (message: FromHost, transfer: ArrayBuffer[]) => void,
): void {
  const bodies = items.map(({ outcome }) =>
    outcome.type === 'done' && outcome.reply !== undefined ? outcome.reply.body : new Uint8Array(),
  );
  const { owned, transfer } = ownedBodies(bodies);
  const portableItems = items.map(({ id, outcome }, index): DoneItem => {
    const body = owned[index];
    if (outcome.type !== 'done' || outcome.reply === undefined || body === undefined) {
      return { id, outcome };
    }
    return { id, outcome: { ...outcome, reply: { ...outcome.reply, body } } };
  });
  post({ type: 'done', items: portableItems }, transfer);
}
