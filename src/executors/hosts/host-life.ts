import { AsyncResource } from 'node:async_hooks';
import { SlotMap } from '../../slot-map.ts';
import type { Begun } from '../executor.ts';
import { type LoadedService, loadService } from '../loaded-service.ts';
import { performWork } from '../perform-work.ts';
import { RunningCall } from '../running-call.ts';
import { BusyTime } from './busy-time.ts';
import { HostLog } from './host-log.ts';
import { HostMemory } from './host-memory.ts';
import {
  type DoneItem,
  type HostLine,
  type HostSetup,
  ownedBodies,
  type ToHost,
  type WorkItem,
} from './host-protocol.ts';
import { portable } from './portable.ts';
import { Progress } from './progress.ts';

/**
 * The life of a host, inside its thread or process: loads the endpoints, answers the line, and when it
 * is told to stop disposes of them and hangs up.
 */
export async function liveAsHost(line: HostLine, setup: HostSetup): Promise<void> {
  const log = new HostLog((message) => line.post(message));
  if (setup.takesConsole) log.takeConsole();
  const stopping = new AbortController();
  let service: LoadedService;
  try {
    const host = { ...setup.host, log: log.of(), signal: stopping.signal };
    service = await loadService(setup.service, host);
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    line.post({ type: 'load-failed', message, stack });
    line.close();
    return;
  }
  /** What was sent ahead; the runtime may have taken some of it back. */
  const waiting: WorkItem[] = [];
  const running = new SlotMap<number, RunningCall>();
  const asking = new Map<number, (mayBegin: boolean) => void>();
  const memory = new HostMemory(line);
  const busy = new BusyTime();
  const progress = new Progress((done, begun) => {
    const { items, transfer } = fitToCross(done);
    const busyMs = done.length > 0 ? busy.lap() : 0;
    line.post({ type: 'progress', done: items, busyMs, begun }, transfer);
    if (done.length > 0) memory.report();
  });
  /** What calls begin in, also those that begin when another has ended. */
  const context = new AsyncResource('GreenroomHost');
  let free = setup.slots;
  const stopped = new Promise<void>((resolve) => {
    line.listen((message: ToHost) => {
      switch (message.type) {
        case 'work':
          waiting.push(...message.items);
          startNext();
          break;
        case 'begin':
          asking.get(message.id)?.(message.mayBegin);
          asking.delete(message.id);
          break;
        case 'cancel':
          running.get(message.id)?.cancel(message.reason);
          break;
        case 'stop':
          resolve();
          break;
        default:
          message satisfies never;
      }
    });
  });
  line.post({ type: 'ready', priorities: service.notifications?.priorities ?? [] });
  await stopped;
  stopping.abort();
  memory.stop();
  await service.dispose((error) => {
    log.of().error({ reason: String(error) }, 'an endpoint could not be disposed of');
  });
  line.close();

  /** Starts what there are slots for. */
  function startNext(): void {
    const next: WorkItem[] = [];
    while (next.length < free) {
      const item = waiting.shift();
      if (item === undefined) break;
      if (line.claim(item.place, item.id)) next.push(item);
    }
    free -= next.length;
    const startEach = (): void => {
      for (const item of next) start(item);
    };
    if (next.length > 1) progress.together(startEach);
    else startEach();
  }

  /** In an async context of its own, so that nothing a method stores there is seen by another. */
  function start(item: WorkItem): void {
    new AsyncResource('GreenroomCall').runInAsyncScope(() =>
      log.during(item.id, () => void run(item)),
    );
  }

  async function run(item: WorkItem): Promise<void> {
    const { id, place, deadline } = item;
    const work = {
      body: item.body,
      contentType: item.contentType,
      compression: item.compression,
      deadline: deadline === undefined ? undefined : deadline - performance.timeOrigin,
      asksToBegin: item.asksToBegin,
      notifications: item.notifications,
    };
    const begins = (begun: Begun): boolean | Promise<boolean> => {
      const told = progress.begins(id, begun);
      if (!work.asksToBegin) return told;
      return new Promise((resolve) => asking.set(id, resolve));
    };
    const call = new RunningCall(() => line.flagged(place));
    running.set(id, call);
    const outcome = await performWork(service, work, { call, log: log.of(id) }, begins, setup.wire);
    running.delete(id);
    progress.ended({ id, outcome: portable(outcome) });
    free++;
    if (waiting.length > 0) context.runInAsyncScope(startNext);
  }
}

/** What has ended, with replies whose buffers can move, and those buffers. */
function fitToCross(done: readonly DoneItem[]): {
  readonly items: readonly DoneItem[];
  readonly transfer: readonly ArrayBuffer[];
} {
  const bodies = done.map(({ outcome }) =>
    outcome.type === 'done' && outcome.reply !== undefined ? outcome.reply.body : new Uint8Array(),
  );
  const { owned, transfer } = ownedBodies(bodies.map((body) => ({ body, isOurs: true })));
  const items = done.map(({ id, outcome }, index): DoneItem => {
    const body = owned[index];
    if (outcome.type !== 'done' || outcome.reply === undefined || body === undefined) {
      return { id, outcome };
    }
    const { failure, expected, notifications, reply } = outcome;
    const { contentType, compression } = reply;
    const moved = { body, contentType, compression };
    return { id, outcome: { type: 'done', reply: moved, failure, expected, notifications } };
  });
  return { items, transfer };
}
