import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { CancelReason } from '../../cancel-reason.ts';
import type { HostCrashed } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { pause } from '../../waiting.ts';
import type { FromHost, HostSetup, ToHost } from '../hosts/host-protocol.ts';
import type { HostSpawner, SpawnedHost } from '../hosts/host-spawner.ts';
import { inheritedExecArgv } from '../inherited-exec-argv.ts';
import { AbortFlags } from './abort-flags.ts';
import { Claims } from './claims.ts';
import { crashOf } from './thread-crash.ts';
import type { FromThread, ThreadTask } from './thread-main.ts';

/** What a {@link ThreadSpawner} is made of. */
export interface ThreadSpawnerOptions {
  /** How many threads are kept warm, so that a new host need not wait for one. */
  readonly threads: number;
  /** The most that the heap of one thread may grow to, in MiB; Node's own limit when absent. */
  readonly maxHeapMb: number | undefined;
  readonly log: Log;
}

/** The thread's entry: TypeScript in the source tree, JavaScript once compiled. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? './thread-entry.cts' : './thread-entry.cjs',
  import.meta.url,
);

/** How long `destroy()` waits for threads: one inside a native call may take for ever. */
const destroyTimeoutMs = 1_000;

/**
 * Hosts on worker threads, which Piscina owns: it spawns them, kills them and tells why one died.
 *
 * Each thread runs a single task, its host, for as long as it lives; see {@link runHost}.
 */
export class ThreadSpawner implements HostSpawner {
  readonly canTakeBack = true;
  readonly #pool: Piscina;

  constructor({ threads, maxHeapMb, log }: ThreadSpawnerOptions) {
    const execArgv = inheritedExecArgv(process.execArgv);
    this.#pool = new Piscina({
      filename: entry.href,
      name: 'runHost',
      minThreads: threads,
      // Enough for as many hosts again, while those whose code is out of date end what they run.
      maxThreads: threads * 2,
      concurrentTasksPerWorker: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      // The default freezes a thread's event loop between tasks: timers of an idle host would not run.
      atomics: 'disabled',
      recordTiming: false,
      // Threads inherit all of them by themselves; V8's, as words of ours, they would be refused.
      ...(execArgv.length < process.execArgv.length && { execArgv }),
      ...(maxHeapMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: maxHeapMb } }),
    });
    // Piscina repeats here what the tasks are rejected with, and an 'error' nobody hears is fatal.
    this.#pool.on('error', (error: unknown) => {
      log.debug({ error: String(error) }, 'a pool thread failed');
    });
  }

  spawn(setup: HostSetup, onMessage: (message: FromHost) => void): SpawnedHost {
    return new HostThread(this.#pool, setup, onMessage);
  }

  async destroy(): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.#pool.destroy(), pause(destroyTimeoutMs, over.signal)]);
    over.abort();
  }
}

/** A host on a thread, and the port to it. */
class HostThread implements SpawnedHost {
  readonly ended: Promise<HostCrashed | undefined>;
  readonly gone: Promise<void>;
  readonly #pool: Piscina;
  readonly #port: MessagePort;
  readonly #flags: AbortFlags;
  readonly #claims: Claims;
  readonly #onMessage: (message: FromHost) => void;
  readonly #kill = new AbortController();
  /** Settles when the thread has left the system; nothing while it is not known which it is. */
  #exited: Promise<unknown> | undefined;

  constructor(pool: Piscina, setup: HostSetup, onMessage: (message: FromHost) => void) {
    this.#pool = pool;
    this.#flags = AbortFlags.make(setup.places);
    this.#claims = Claims.make(setup.places);
    this.#onMessage = onMessage;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.on('message', (message: FromThread) => this.#receive(message));
    const memory = { flags: this.#flags.memory, claims: this.#claims.memory };
    this.ended = this.#run({ port: port2, ...memory, setup });
    this.gone = this.ended.then(() => this.#exited).then(() => {});
  }

  post(message: ToHost, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  offer(place: number, id: number): void {
    this.#claims.offer(place, id);
  }

  takeBack(place: number, id: number): boolean {
    return this.#claims.take(place, id);
  }

  flag(place: number, reason: CancelReason | undefined): void {
    this.#flags.write(place, reason);
  }

  kill(): void {
    this.#kill.abort();
  }

  async #run(task: ThreadTask): Promise<HostCrashed | undefined> {
    const { signal } = this.#kill;
    let crash: HostCrashed | undefined;
    try {
      await this.#pool.run(task, { transferList: [task.port], signal });
      // The task never returns: Piscina takes a null that was thrown for no error.
      crash = crashOf(null);
    } catch (error) {
      if (!signal.aborted) crash = crashOf(error);
      this.#explain(error);
    }
    this.#receiveTheRest();
    this.#port.close();
    return crash;
  }

  /** Says what a host is missing that never began, because its task can't be cloned. */
  #explain(error: unknown): void {
    if (!(error instanceof DOMException) || error.name !== 'DataCloneError') return;
    const { message, stack } = error;
    const text = `options of an endpoint can't be sent to another thread: ${message}`;
    this.#onMessage({ type: 'load-failed', message: text, stack });
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case 'thread':
        this.#exited = this.#exitOf(message.threadId);
        break;
      case 'ended':
        this.kill();
        break;
      default:
        this.#onMessage(message);
    }
  }

  #exitOf(threadId: number): Promise<unknown> | undefined {
    const thread = this.#pool.threads.find((each) => each.threadId === threadId);
    return thread && new Promise((resolve) => thread.once('exit', resolve));
  }

  /** What the thread posted before it died counts: whether a call had begun, or was even done. */
  #receiveTheRest(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      this.#receive(received.message);
    }
  }
}
