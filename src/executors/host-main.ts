import type { RPCDispatcher } from '../dispatcher/rpc-dispatcher.ts';
import { ClosedError } from '../errors.ts';
import type { Begun } from './executor.ts';
import {
  type DoneItem,
  type FromHost,
  type HostTask,
  ownedBodies,
  type ToHost,
  type WorkItem,
} from './host-protocol.ts';
import { perform } from './perform.ts';
import { portable, portableBegun } from './portable.ts';
import { RunningCalls } from './running-calls.ts';
import { loadDispatcher } from './service.ts';
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
    dispatcher = await loadDispatcher(task.service);
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    post({ type: 'load-failed', message, stack });
    port.close();
    return;
  }
  const calls = new RunningCalls();
  const asking = new Map<number, (mayBegin: boolean) => void>();
  const done = new TurnBatch<DoneItem>((items) => postDone(items, post));
  const ended = new Promise<void>((resolve) => port.once('close', resolve));
  port.on('message', (message: ToHost) => {
    switch (message.type) {
      case 'work':
        for (const item of message.items) void run(item);
        break;
      case 'begin':
        asking.get(message.id)?.(message.mayBegin);
        asking.delete(message.id);
        break;
      case 'stop':
        port.close();
        break;
      default:
        message satisfies never;
    }
  });
  post({ type: 'ready' });
  await ended;
  calls.abort(new ClosedError('the host was stopped'));

  async function run({ id, deadline, ...message }: WorkItem): Promise<void> {
    const work = {
      ...message,
      deadline: deadline === undefined ? undefined : deadline - performance.timeOrigin,
    };
    const begins = (begun: Begun): boolean | Promise<boolean> => {
      post({ type: 'begun', id, begun: portableBegun(begun) });
      if (!work.asksToBegin) return true;
      return new Promise((resolve) => asking.set(id, resolve));
    };
    const outcome = await perform(dispatcher, work, calls, begins, task.wire);
    done.add({ id, outcome: portable(outcome) });
  }
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
