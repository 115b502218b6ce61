import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type {
  DoneItem,
  FromHost,
  HostSetup,
  WorkItem,
} from '../../src/executors/hosts/host-protocol.ts';
import type { SpawnedHost } from '../../src/executors/hosts/host-spawner.ts';
import {
  ProcessSpawner,
  type ProcessSpawnerOptions,
} from '../../src/executors/processes/process-spawner.ts';
import { defaultWireOptions } from '../../src/executors/wire-options.ts';
import { silentLog } from '../../src/log.ts';
import { decodeReply } from '../../src/wire/reply.ts';
import { encodeRequest } from '../../src/wire/request.ts';

/** Makes a spawner of which only what matters is told, and destroys it when the test ends. */
export function makeSpawner(options: Partial<ProcessSpawnerOptions> = {}): ProcessSpawner {
  const spawner = newSpawner(options);
  onTestFinished(() => spawner.destroy());
  return spawner;
}

/** Makes a spawner for all tests of a `describe`. */
export function startSpawner(options: Partial<ProcessSpawnerOptions> = {}): () => ProcessSpawner {
  let spawner: ProcessSpawner;
  beforeAll(() => {
    spawner = newSpawner(options);
  });
  afterAll(() => spawner.destroy());
  return () => spawner;
}

function newSpawner(options: Partial<ProcessSpawnerOptions>): ProcessSpawner {
  const defaults = { maxHeapMb: undefined, maxRssMb: undefined, log: silentLog };
  return new ProcessSpawner({ ...defaults, ...options });
}

/** What a host is started with that has the endpoint of `endpoints/casualty.ts`. */
export function casualtySetup(options: unknown = {}): HostSetup {
  return {
    host: { executor: 'process', id: 1 },
    service: {
      endpoints: [{ url: new URL('endpoints/casualty.ts', import.meta.url).href, options }],
    },
    wire: defaultWireOptions,
    slots: 2,
    places: 2,
    takesConsole: false,
  };
}

/** A host in a child process, spoken to as the runtime does. */
export class ChildHost {
  readonly spawned: SpawnedHost;
  /** All that it has said. */
  readonly heard: FromHost[] = [];
  readonly #listeners = new Set<() => void>();
  #lastId = 0;

  constructor(spawner: ProcessSpawner, setup: HostSetup = casualtySetup()) {
    this.spawned = spawner.spawn(setup, (message) => {
      this.heard.push(message);
      for (const listener of this.#listeners) listener();
    });
  }

  /** Spawns a host and waits until it is ready. */
  static async open(spawner: ProcessSpawner, setup?: HostSetup): Promise<ChildHost> {
    const host = new ChildHost(spawner, setup);
    await host.hears(({ type }) => type === 'ready');
    return host;
  }

  /** Has it begin a call; returns its id. */
  begin(method: string, args: object = {}, item: Partial<WorkItem> = {}): number {
    const id = ++this.#lastId;
    const call = { msgId: 'id-of-the-call', replyQueue: 'reply_of_the_test' };
    const work: WorkItem = {
      id,
      place: 0,
      body: encodeRequest({ method, args: { ...args }, context: {}, call }),
      contentType: 'application/json',
      compression: undefined,
      deadline: undefined,
      asksToBegin: false,
      ...item,
    };
    this.spawned.post({ type: 'work', items: [work] });
    return id;
  }

  /** Has it run a method; resolves with what came of that. */
  async call(
    method: string,
    args?: object,
    item?: Partial<WorkItem>,
  ): Promise<DoneItem['outcome']> {
    return await this.outcomeOf(this.begin(method, args, item));
  }

  /** Has it run a method; resolves with what it returned. */
  async resultOf(method: string, args?: object, item?: Partial<WorkItem>): Promise<unknown> {
    return resultIn(await this.call(method, args, item));
  }

  /** The id of its process. */
  async pid(): Promise<number> {
    const { pid } = (await this.resultOf('about')) as { readonly pid: number };
    return pid;
  }

  async hasBegun(id: number): Promise<void> {
    await this.hears(
      (message) => message.type === 'progress' && message.begun.some((item) => item.id === id),
    );
  }

  async outcomeOf(id: number): Promise<DoneItem['outcome']> {
    const isIt = (item: DoneItem): boolean => item.id === id;
    const message = await this.hears((each) => each.type === 'progress' && each.done.some(isIt));
    const item = message.type === 'progress' ? message.done.find(isIt) : undefined;
    if (item === undefined) throw new Error('unreachable');
    return item.outcome;
  }

  /** The first message of a kind; fails when the host ends before it has said it. */
  async hears(isIt: (message: FromHost) => boolean): Promise<FromHost> {
    const found = new Promise<FromHost>((resolve) => {
      const listener = (): void => {
        const message = this.heard.find(isIt);
        if (message === undefined) return;
        this.#listeners.delete(listener);
        resolve(message);
      };
      this.#listeners.add(listener);
      listener();
    });
    const ended = this.spawned.ended.then((crash) => {
      const message = this.heard.find(isIt);
      if (message !== undefined) return message;
      throw new Error(`the host has ended, having said ${JSON.stringify(this.heard)}`, {
        cause: crash,
      });
    });
    return await Promise.race([found, ended]);
  }
}

/** What a method returned. */
export function resultIn(outcome: DoneItem['outcome']): unknown {
  if (outcome.type !== 'done' || outcome.reply === undefined) {
    throw new Error(`no reply, but ${JSON.stringify(outcome)}`);
  }
  return decodeReply(outcome.reply.body).result;
}

/** Whether a process is still there, if only for its parent to take notice of its end. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
