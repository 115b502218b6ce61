import type { Log } from '../log.ts';
import { deferred } from '../waiting.ts';
import type { Begun, Execution, Executor, ExecutorName, Outcome, Work } from './executor.ts';
import { Balance } from './hosts/balance.ts';
import { Host } from './hosts/host.ts';
import { lostAtOnce } from './hosts/host-calls.ts';
import { type HostCounts, HostKeeper } from './hosts/host-keeper.ts';
import type { HostSpawner } from './hosts/host-spawner.ts';
import { executeAlone } from './hosts/lone-execution.ts';
import type { RecycleLimits } from './hosts/recycling.ts';
import type { RestartLimits } from './hosts/restart-brake.ts';
import { type HostedService, hostedService } from './service.ts';
import { Wakeup } from './wakeup.ts';
import { defaultWireOptions, type WireOptions } from './wire-options.ts';

/** What a {@link HostsExecutor} is made of. */
export interface HostsExecutorOptions extends HostedService {
  readonly name: Extract<ExecutorName, 'pool' | 'process'>;
  readonly spawner: HostSpawner;
  /** How many hosts. */
  readonly hosts: number;
  /** How many requests a host is given at once; 1 for methods that compute. */
  readonly concurrency: number;
  /**
   * How many more a host may hold that begin when others have ended, where they can be taken back: it
   * then need not wait for the runtime's thread between two. @default 0
   */
  readonly ahead?: number;
  /** How many hosts are kept ready beside them. */
  readonly spareHosts: number;
  /** @default defaultWireOptions */
  readonly wire?: WireOptions;
  /** How long a host's endpoints may take to load, in milliseconds. */
  readonly readyTimeoutMs: number;
  /** How long a cancelled call may take to end before its host is killed, in milliseconds. */
  readonly cancelGraceMs: number;
  /** How much memory outside of its heap a host may hold, in MiB; any when absent. */
  readonly maxExternalMb: number | undefined;
  /** How long a host's endpoints may take to be disposed of, in ms. @default defaultDisposeTimeoutMs */
  readonly disposeTimeoutMs?: number;
  readonly recycle: RecycleLimits;
  readonly restarts: RestartLimits;
  /** Whether what endpoints write to `console` goes to the log. */
  readonly takesConsole: boolean;
  readonly log: Log;
}

/** The outcomes of what has come to its end in a host, which is none the worse for it. */
const hasRun: ReadonlySet<Outcome['type']> = new Set(['done', 'refused', 'malformed']);

/**
 * Runs methods in hosts, on threads or in child processes, so that one that computes keeps nothing else
 * waiting, and one that crashes or never ends costs nothing but its own call.
 */
export class HostsExecutor implements Executor {
  readonly name: ExecutorName;
  readonly slots: number;
  readonly inTurn = false;
  readonly #options: HostsExecutorOptions;
  readonly #keeper: HostKeeper;
  readonly #balance: Balance<Host>;
  readonly #freed = new Wakeup();
  readonly #closed = deferred<Error | undefined>();
  #lastId = 0;
  #hasClosed = false;
  #stopping: Promise<void> | undefined;

  constructor(options: HostsExecutorOptions) {
    this.#options = options;
    this.name = options.name;
    this.slots = options.hosts * options.concurrency;
    this.#keeper = new HostKeeper({
      ...options,
      makeHost: () => this.#newHost(),
      onAdmit: () => this.#onFreed(),
    });
    this.#balance = new Balance(this.#keeper.active, this.#ahead > 0);
    void this.#keeper.failed.then((reason) => this.#end(reason));
  }

  get #ahead(): number {
    const { ahead = 0, spawner } = this.#options;
    return spawner.canTakeBack ? ahead : 0;
  }

  get credit(): number {
    let credit = 0;
    for (const host of this.#keeper.active) credit += host.credit;
    return credit;
  }

  get priorities(): readonly string[] {
    const [host] = this.#keeper.active;
    return host?.priorities ?? [];
  }

  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  get hosts(): HostCounts {
    return this.#keeper.counts;
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#keeper.start(signal);
  }

  async whenCredit(): Promise<void> {
    while (this.credit <= 0 && !this.#hasClosed) await this.#freed.wait();
  }

  execute(work: Work, onBegin: (begun: Begun) => boolean): Execution {
    const host = this.#balance.hostForOne();
    if (host === undefined) return lostAtOnce('no host is ready');
    const isShared = work.alone === true && this.#options.concurrency > 1;
    const execution = isShared ? executeAlone(host, work, onBegin) : host.execute(work, onBegin);
    void execution.outcome.then(({ type }) => {
      if (hasRun.has(type)) this.#keeper.worked(host);
      this.#onFreed();
    });
    return execution;
  }

  /** Has every host replaced by one that loads its endpoints anew; see {@link HostKeeper.reload}. */
  reload(): Promise<void> {
    return this.#keeper.reload();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    await this.#keeper.stop();
    await this.#options.spawner.destroy();
    this.#end(undefined);
  }

  #end(reason: Error | undefined): void {
    this.#hasClosed = true;
    this.#balance.stop();
    this.#closed.resolve(reason);
    this.#freed.wake();
  }

  #onFreed(): void {
    this.#freed.wake();
    this.#balance.freed();
  }

  #newHost(): Host {
    const { name, concurrency: slots, takesConsole, wire = defaultWireOptions } = this.#options;
    const setup = {
      host: { executor: name, id: ++this.#lastId },
      service: hostedService(this.#options),
      wire,
      slots,
      places: slots + this.#ahead,
      takesConsole,
    };
    return new Host({ ...this.#options, setup });
  }
}
