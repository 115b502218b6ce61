import { ClosedError, ExecutorLoadFailure, type HostCrashed } from '../../errors.ts';
import { type Log, shortened } from '../../log.ts';
import { deferred, pause } from '../../waiting.ts';
import type { Host } from './host.ts';
import { type RecycleLimits, wornBy } from './recycling.ts';
import { RestartBrake, type RestartLimits } from './restart-brake.ts';
import { StuckHosts } from './stuck-hosts.ts';

/** What a {@link HostKeeper} goes by. */
export interface HostKeeperOptions {
  /** How many hosts are to take requests. */
  readonly hosts: number;
  /** How many more are kept ready, to take the place of one that dies. */
  readonly spareHosts: number;
  readonly restarts: RestartLimits;
  readonly recycle: RecycleLimits;
  /** Makes a host, which is yet to load its endpoints. */
  readonly makeHost: () => Host;
  /** A host takes requests that did not before. */
  readonly onAdmit: () => void;
  readonly log: Log;
}

/** The hosts of an executor, in numbers. */
export interface HostCounts {
  /** How many there should be at work. */
  readonly wanted: number;
  /** How many take requests. */
  readonly active: number;
  /** How many are ready to take the place of one that dies. */
  readonly spare: number;
  /** How many crashed, or were killed for a call that did not end, and were to be replaced. */
  readonly crashed: number;
  /** How many were killed and are still there, inside a native call that does not return. */
  readonly stuck: number;
  /** Whether they only crash, so that new ones are started less and less often. */
  readonly isHoldingBack: boolean;
}

/** So many failures to load the endpoints, one after the other, and no host left: it is over. */
const maxLoadFailures = 5;
/** How long until endpoints are loaded again that could not be: at first, and at the most. */
const firstRetryMs = 100;
const longestRetryMs = 5_000;

/**
 * Keeps so many hosts at work: replaces those that crash, at once where a spare is ready, and those
 * that are worn or whose code is out of date, one after the other.
 */
export class HostKeeper {
  /** The hosts that take requests. */
  readonly active: Set<Host> = new Set();
  readonly #options: HostKeeperOptions;
  readonly #brake: RestartBrake;
  readonly #all = new Set<Host>();
  readonly #spares = new Set<Host>();
  readonly #worn = new Set<Host>();
  /** Those that were there before the last reload; one that was yet to load then is of no use now. */
  readonly #outdated = new WeakSet<Host>();
  readonly #stuck: StuckHosts;
  readonly #failed = deferred<Error>();
  readonly #stopping = new AbortController();
  #loading = 0;
  #held = 0;
  #loadFailures = 0;
  #crashed = 0;
  /** Replacements, one after the other. */
  #replacing: Promise<unknown> = Promise.resolve();

  constructor(options: HostKeeperOptions) {
    this.#options = options;
    this.#brake = new RestartBrake(options.restarts);
    this.#stuck = new StuckHosts(options.log, (error) => this.#failed.resolve(error));
  }

  /** Resolves when hosts can't be kept at work any more, with the reason. */
  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  get counts(): HostCounts {
    return {
      wanted: this.#options.hosts,
      active: this.active.size,
      spare: this.#spares.size,
      crashed: this.#crashed,
      stuck: this.#stuck.count,
      isHoldingBack: this.#brake.isHolding,
    };
  }

  /**
   * @throws {@link ExecutorLoadFailure} when a host can't load its endpoints; {@link ClosedError} when
   * it is stopped, before or meanwhile.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { hosts, spareHosts } = this.#options;
    const loading = Array.from({ length: hosts + spareHosts }, () => this.#load(signal));
    for (const host of await Promise.all(loading)) this.#place(host);
  }

  /** A request has come to its end in a host. */
  worked(host: Host): void {
    this.#brake.release();
    const wear = wornBy(host, this.#options.recycle);
    if (wear === undefined || !this.active.has(host) || this.#worn.has(host)) return;
    this.#worn.add(host);
    this.#options.log.info({ host: host.id, reason: wear }, 'recycling a host');
    void this.#inTurn(() => this.#recycle(host));
  }

  /**
   * Replaces every host by one that loads its endpoints anew, one after the other; resolves when the last
   * of the old ones has left.
   *
   * @throws {@link ExecutorLoadFailure} when they can't be loaded; the hosts that are left stay.
   * {@link ClosedError} when all are stopped, before or meanwhile.
   */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      const old = new Set(this.#all);
      // Nothing is given up before there is a host that could load what is to take its place.
      let fresh: Host | undefined = await this.#load();
      for (const host of old) this.#outdated.add(host);
      for (const host of old) if (this.#spares.has(host)) void this.#retire(host);
      // A call that takes long keeps its own host from leaving, not the others from being replaced.
      const leaving: Promise<void>[] = [];
      for (const host of old) {
        if (!this.active.has(host)) continue;
        leaving.push(this.#replace(host, fresh ?? (await this.#load())));
        fresh = undefined;
      }
      if (fresh !== undefined) this.#place(fresh);
      this.#refill();
      await Promise.all(leaving);
    });
  }

  /** Ends every host, see {@link Host.stop}, and waits for their threads or processes, not for ever. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#all].map((host) => host.stop()));
    await this.#stuck.settled();
  }

  async #load(signal: AbortSignal = this.#stopping.signal): Promise<Host> {
    this.#throwIfStopping();
    const host = this.#options.makeHost();
    this.#all.add(host);
    void host.ended.then((crash) => {
      this.#all.delete(host);
      this.#stuck.watch(host);
      if (crash !== undefined && host.wasReady) this.#onCrash(host, crash);
    });
    this.#loading++;
    try {
      await host.start(signal);
    } catch (error) {
      this.#throwIfStopping();
      throw error;
    } finally {
      this.#loading--;
    }
    this.#throwIfStopping(); // Whoever stops all has stopped this one, too.
    return host;
  }

  #throwIfStopping(): void {
    if (this.#stopping.signal.aborted) throw new ClosedError('the executor was stopped');
  }

  /** Gives a host that is ready something to be: one of those at work, or a spare. */
  #place(host: Host): void {
    if (!this.#all.has(host)) return; // It did not live that long.
    this.#loadFailures = 0;
    if (this.#outdated.has(host)) {
      void this.#retire(host);
      this.#refill();
      return;
    }
    this.#spares.add(host);
    this.#promote();
    // Both a reload and a restart have seen to the same loss.
    if (this.#spares.size > this.#options.spareHosts) void this.#retire(host);
  }

  #promote(): void {
    const [spare] = this.#spares;
    if (spare === undefined || this.active.size >= this.#options.hosts) return;
    this.#spares.delete(spare);
    this.active.add(spare);
    this.#options.onAdmit();
  }

  #onCrash(host: Host, crash: HostCrashed): void {
    this.active.delete(host);
    this.#spares.delete(host);
    this.#worn.delete(host);
    if (this.#stopping.signal.aborted) return;
    this.#crashed++;
    this.#options.log.error(
      { host: host.id, kind: crash.kind, reason: shortened(crash.message) },
      'a host died; starting another',
    );
    this.#promote();
    void this.#restart();
  }

  #onLoadFailure(error: Error): void {
    if (this.#stopping.signal.aborted) return;
    this.#loadFailures++;
    if (this.active.size === 0 && this.#loadFailures >= maxLoadFailures) {
      const text = `hosts could not be replaced: ${error.message}`;
      this.#failed.resolve(new ExecutorLoadFailure(text, { cause: error }));
      return;
    }
    this.#options.log.error({ reason: shortened(error.message) }, 'a host could not be started');
    // No restart that counts: it is not the calls that do this, and the hosts that are left may work well.
    const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (this.#loadFailures - 1));
    void this.#refillAfter(delayMs);
  }

  /** Fills the place of a host that has crashed, when the brake allows. */
  async #restart(): Promise<void> {
    try {
      await this.#refillAfter(this.#brake.spend());
    } catch (error) {
      this.#failed.resolve(error as Error);
    }
  }

  async #refillAfter(delayMs: number): Promise<void> {
    this.#held++;
    await pause(delayMs, this.#stopping.signal);
    this.#held--;
    this.#refill();
  }

  /** Starts as many hosts as there are too few, but for those that are being waited for. */
  #refill(): void {
    const { hosts, spareHosts } = this.#options;
    const there = this.active.size + this.#spares.size + this.#loading + this.#held;
    for (let missing = hosts + spareHosts - there; missing > 0; missing--) {
      if (this.#stopping.signal.aborted) return;
      void this.#load().then(
        (host) => this.#place(host),
        (error: unknown) => this.#onLoadFailure(error as Error),
      );
    }
  }

  async #recycle(host: Host): Promise<void> {
    if (!this.active.has(host)) return;
    try {
      const [spare = await this.#load()] = this.#spares;
      await this.#replace(host, spare);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      // The old host goes on; its next call makes another try.
      this.#worn.delete(host);
      this.#options.log.error(
        { reason: shortened((error as Error).message) },
        'a host could not be recycled',
      );
    }
  }

  /** Lets one host take the place of another, which ends what it runs first. */
  async #replace(old: Host, fresh: Host): Promise<void> {
    this.active.delete(old);
    this.#place(fresh);
    this.#refill();
    await this.#retire(old);
    this.#worn.delete(old);
  }

  async #retire(host: Host): Promise<void> {
    this.#spares.delete(host);
    await host.retire();
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#replacing.then(act);
    this.#replacing = result.catch(() => {}); // Whoever asked for it has the error.
    return result;
  }
}
