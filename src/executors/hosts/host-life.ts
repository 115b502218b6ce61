import { AsyncResource } from 'node:async_hooks';
import type { Begun } from '../executor.ts';
import { type LoadedService, loadService } from '../loaded-service.ts';
import { performWork } from '../perform-work.ts';
import { RunningCall } from '../running-call.ts';
import { Announcements } from './announcements.ts';
import { HostLog } from './host-log.ts';
import { HostMemory } from './host-memory.ts';
import {
  type DoneItem,
  type FromHost,
  type HostLine,
  type HostSetup,
  ownedBodies,
  type ToHost,
  type WorkItem,
} from './host-protocol.ts';
import { portable } from './portable.ts';
import { TurnBatch } from './turn-batch.ts';

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
  const running = new Map<number, RunningCall>();
  const asking = new Map<number, (mayBegin: boolean) => void>();
  const announcements = new Announcements((items) => line.post({ type: 'begun', items }));
  const memory = new HostMemory(line);
  const done = new TurnBatch<DoneItem>((items) => {
    postDone(items, line);
    memory.report();
  });
  const stopped = new Promise<void>((resolve) => {
    line.listen((message: ToHost) => {
      switch (message.type) {
        case 'work':
          startAll(message.items);
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

  function startAll(items: readonly WorkItem[]): void {
    const startEach = (): void => {
      for (const item of items) start(item);
    };
    if (items.length === 1) startEach();
    else announcements.together(startEach);
  }

  /** In an async context of its own, so that nothing a method stores there is seen by another. */
  function start(item: WorkItem): void {
    new AsyncResource('GreenroomCall').runInAsyncScope(() =>
      log.during(item.id, () => void run(item)),
    );
  }

  async function run({ id, slot, deadline, ...message }: WorkItem): Promise<void> {
    const work = {
      ...message,
      deadline: deadline === undefined ? undefined : deadline - performance.timeOrigin,
    };
    const begins = (begun: Begun): boolean | Promise<boolean> => {
      const told = announcements.announce(id, begun);
      if (!work.asksToBegin) return told;
      return new Promise((resolve) => asking.set(id, resolve));
    };
    const call = new RunningCall(() => line.flagged(slot));
    running.set(id, call);
    const place = { call, log: log.of(id) };
    const outcome = await performWork(service, work, place, begins, setup.wire);
    running.delete(id);
    done.add({ id, outcome: portable(outcome) });
  }
}

function postDone(items: readonly DoneItem[], line: HostLine): void {
  const bodies = items.map(({ outcome }) =>
    outcome.type === 'done' && outcome.reply !== undefined ? outcome.reply.body : new Uint8Array(),
  );
  const { owned, transfer } = ownedBodies(bodies.map((body) => ({ body, isOurs: true })));
  const portableItems = items.map(({ id, outcome }, index): DoneItem => {
    const body = owned[index];
    if (outcome.type !== 'done' || outcome.reply === undefined || body === undefined) {
      return { id, outcome };
    }
    return { id, outcome: { ...outcome, reply: { ...outcome.reply, body } } };
  });
  const message: FromHost = { type: 'done', items: portableItems };
  line.post(message, transfer);
}
