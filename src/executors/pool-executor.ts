import { Piscina } from 'piscina';
import { ClosedError, ExecutorLoadFailure } from '../errors.ts';
import { type Log, shortened } from '../log.ts';
import { deferred } from '../waiting.ts';
import type { Begun, Executor, Outcome, Work } from './executor.ts';
import { Host, type HostOptions } from './host.ts';
import { RestartBudget } from './restart-budget.ts';
import type { HostedService } from './service.ts';
import { Wakeup } from './wakeup.ts';
import type { WireOptions } from './wire-options.ts';

/** What a {@link PoolExecutor} is made of. */
export interface PoolExecutorOptions extends HostedService {
  /** How many hosts. */
  readonly threads: number;
  /** How many requests a host is given at once; 1 for methods that compute. */
  readonly concurrency: number;
  /** @default defaultWireOptions */
  readonly wire?: WireOptions;
  /** The most that the heap of one host's thread may grow to, in MiB; Node's own limit when absent. */
  readonly maxHeapMb: number | undefined;
  /** How long a host's endpoints may take to load, in milliseconds. */
  readonly readyTimeoutMs: number;
  readonly log: Log;
}

/** The thread's entry: TypeScript in the source tree, JavaScript once compiled. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? './host-main.ts' : './host-main.js',
  import.meta.url,
);

/**
 * Runs methods in hosts on worker threads, so that a method that computes keeps nothing else waiting.
 *
 * Piscina owns the threads: it spawns them, kills them and tells why one died, and keeps a warm one
 * to spare. Each runs a single task, its host; see {@link Host}. A host that dies is replaced.
 */
export class PoolExecutor implements Executor {
  readonly name = 'pool';
  readonly slots: number;
  readonly inTurn = false;
  readonly #options: PoolExecutorOptions;
  readonly #pool: Piscina;
  readonly #hosts = new Set<Host>();
  readonly #freed = new Wakeup();
  readonly #closed = deferred<Error | undefined>();
  readonly #restarts = new RestartBudget();
  #hasClosed = false;
  #stopping: Promise<void> | undefined;

  constructor(options: PoolExecutorOptions) {
    this.#options = options;
    this.slots = options.threads * options.concurrency;
    const threads = options.threads + 1; // The spare, so that a new host need not wait for a thread.
    this.#pool = new Piscina({
      filename: entry.href,
      name: 'runHost',
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      // The default freezes a thread's event loop between tasks: timers of an idle host would not run.
      atomics: 'disabled',
      recordTiming: false,
      execArgv: inheritedExecArgv(process.execArgv),
      ...(options.maxHeapMb !== undefined && {
        resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMb },
      }),
    });
    // Piscina repeats here what the tasks are rejected with, and an 'error' nobody hears is fatal.
    this.#pool.on('error', (error: unknown) => {
      options.log.debug({ error: String(error) }, 'a pool thread failed');
    });
  }

  get credit(): number {
    let credit = 0;
    for (const host of this.#hosts) credit += this.#options.concurrency - host.load;
    return credit;
  }

  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  async start(signal: AbortSignal): Promise<void> {
    const hosts = Array.from({ length: this.#options.threads }, () => this.#newHost());
    await Promise.all(hosts.map((host) => this.#admit(host, signal)));
  }

  async whenCredit(): Promise<void> {
    if (this.credit <= 0 && !this.#hasClosed) await this.#freed.wait();
  }

  async execute(work: Work, onBegin: (begun: Begun) => boolean): Promise<Outcome> {
    const host = this.#leastLoaded();
    if (host === undefined) {
      return { type: 'lost', error: new ClosedError('no host is ready'), begun: undefined };
    }
    const outcome = await host.execute(work, onBegin);
    this.#freed.wake();
    return outcome;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#hosts].map((host) => host.stop()));
    await this.#pool.destroy();
    this.#end(undefined);
  }

  #end(reason: Error | undefined): void {
    this.#hasClosed = true;
    this.#closed.resolve(reason);
    this.#freed.wake();
  }

  #leastLoaded(): Host | undefined {
    let chosen: Host | undefined;
    for (const host of this.#hosts) {
      if (host.load < (chosen?.load ?? this.#options.concurrency)) chosen = host;
    }
    return chosen;
  }

  #newHost(): Host {
    const options: HostOptions = { pool: this.#pool, ...this.#options };
    return new Host(options);
  }

  /** Waits until the host is ready and lets it take work, until it ends. */
  async #admit(host: Host, signal?: AbortSignal): Promise<void> {
    await host.start(signal);
    if (this.#stopping !== undefined) return host.stop();
    this.#hosts.add(host);
    this.#freed.wake();
    void this.#superviseUntilEnd(host);
  }

  async #superviseUntilEnd(host: Host): Promise<void> {
    const crash = await host.ended;
    this.#hosts.delete(host);
    if (this.#stopping !== undefined || crash === undefined) return;
    this.#options.log.error(
      { kind: crash.kind, reason: shortened(crash.message) },
      'a host died; starting another',
    );
    try {
      this.#restarts.spend();
      await this.#admit(this.#newHost());
    } catch (error) {
      if (this.#stopping !== undefined) return;
      const reason = new ExecutorLoadFailure(`a host could not be replaced: ${String(error)}`, {
        cause: error,
      });
      this.#end(reason);
    }
  }
}

/** What a thread may inherit of the process's options; those about the program's own text it may not. */
function inheritedExecArgv(execArgv: readonly string[]): string[] {
  const own = /^(-e|-p|-pe|--eval|--print|--input-type)(=|$)/;
  return execArgv.filter((option, index) => {
    const takesNext = /^(-e|-p|-pe|--eval|--print)$/.test(execArgv[index - 1] ?? '');
    return !own.test(option) && !takesNext;
  });
}
