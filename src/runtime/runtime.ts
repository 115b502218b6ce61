import { ClosedError, InvalidOptionError } from '../errors.ts';
import type { Executor, ExecutorName } from '../executors/executor.ts';
import type { HostCounts } from '../executors/hosts/host-keeper.ts';
import { HostsExecutor } from '../executors/hosts-executor.ts';
import { deferred, longestTimerMs, onAbort, type WaitOptions } from '../waiting.ts';
import { chooseExecutor, makeExecutor } from './choose-executor.ts';
import { type DrainReport, logDrained, noMessages } from './drain-report.ts';
import { readEnvironment } from './environment.ts';
import type { Health, HealthLook } from './health.ts';
import { countsSince, type IntakeCounts, noCounts } from './intake-counts.ts';
import { Probes } from './probes.ts';
import {
  type ResolvedRuntimeOptions,
  type RuntimeOptions,
  resolveRuntimeOptions,
} from './runtime-options.ts';
import {
  type RuntimeState,
  type RuntimeStatus,
  StatusBoard,
  type StatusChange,
} from './runtime-status.ts';
import { Servers } from './servers.ts';
import { shutDown } from './shut-down.ts';
import { listenForSignals } from './signals.ts';
import { asError, startFailure } from './start-failure.ts';

/** How {@link Runtime.start} starts. */
export interface StartOptions extends WaitOptions {
  /** Wins over the environment and the options. */
  readonly executor?: ExecutorName | undefined;
}

/** What became of a runtime's calls and notifications, in numbers. */
export interface RuntimeCounts extends IntakeCounts {}

/**
 * Serves RPC and notification endpoints: what an application starts.
 *
 * It listens on a transport, hands each message to an executor, and sends the replies. A runtime
 * lives once: after it has stopped, make another.
 *
 * ```ts
 * await using runtime = new Runtime({
 *   transport: 'rabbit://guest:guest@127.0.0.1:5672/',
 *   rpc: { target: { topic: 'thumbnails' }, endpoints: new URL('./thumbnails.js', import.meta.url) },
 * });
 * await runtime.start({ executor: 'pool' });
 * await runtime.closed;
 * ```
 */
export class Runtime implements AsyncDisposable {
  readonly #options: ResolvedRuntimeOptions;
  readonly #environmentExecutor: string | undefined;
  readonly #closed = deferred<Error | undefined>();
  readonly #aborting = new AbortController();
  readonly #status = new StatusBoard();
  #executor: Executor | undefined;
  #servers: Servers | undefined;
  #starting: Promise<void> | undefined;
  #draining: Promise<DrainReport> | undefined;
  #failure: Error | undefined;
  #ignoreSignals: () => void = () => {};
  #probes: Probes | undefined;
  /** A server keeps its process alive, also where it has no socket that would. */
  #holdProcess: NodeJS.Timeout | undefined;

  /** @throws {@link InvalidOptionError} that lists everything that is wrong with the options. */
  constructor(options: RuntimeOptions) {
    this.#options = resolveRuntimeOptions(options);
    this.#environmentExecutor = readEnvironment().executor;
  }

  get state(): RuntimeState {
    return this.#status.state;
  }

  /** What it is doing, and how its connections are. */
  get status(): RuntimeStatus {
    return this.#status.current;
  }

  /**
   * Tells each change of {@link status} from now on, until the signal aborts or the runtime has ended.
   * A reader that is slower than they come misses the oldest beyond a hundred.
   *
   * ```ts
   * for await (const change of runtime.statusChanges({ signal })) {
   *   if (change.type === 'connection') console.log(change.connection.role, change.connection.state);
   * }
   * ```
   */
  statusChanges(
    options: Pick<WaitOptions, 'signal'> = {},
  ): AsyncGenerator<StatusChange, void, void> {
    return this.#status.changes(options.signal);
  }

  /** The executor that runs, once it has been chosen. */
  get executor(): ExecutorName | undefined {
    return this.#executor?.name;
  }

  /** How many calls, notifications or batches of them can run at once; 0 before the executor has been chosen. */
  get slots(): number {
    return this.#executor?.slots ?? 0;
  }

  /** What became of calls and notifications since the runtime was started. */
  get counts(): RuntimeCounts {
    return this.#servers?.counts ?? noCounts;
  }

  /** The hosts of `pool` and `process`; absent under the other executors, and before the start. */
  get hosts(): HostCounts | undefined {
    return this.#executor instanceof HostsExecutor ? this.#executor.hosts : undefined;
  }

  /** Where probes are answered, such as `http://127.0.0.1:8080`; absent where and while they are not. */
  get healthUrl(): string | undefined {
    return this.#probes?.url;
  }

  /**
   * Looks whether the runtime is well; the ping goes through the broker and back to this server. Never
   * rejects, and takes no longer than `health.pingTimeoutMs`.
   */
  async health(how: HealthLook = {}): Promise<Health> {
    this.#probes ??= this.#newProbes();
    return await this.#probes.look(how);
  }

  /** Settles when all has ended: with why the runtime failed, or nothing. Never rejects. */
  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  /**
   * Loads the endpoints, connects, declares and consumes; resolves when the broker has confirmed
   * every consumer. A second call is answered with the first.
   *
   * @throws {@link ExecutorLoadFailure} when the executor or an endpoint can't be had;
   * {@link MessageDeliveryFailure} when the broker can't be reached; {@link ServerListenError} when
   * it refuses the topology; {@link ClosedError} when the runtime is stopped, before or meanwhile;
   * `CallCancelled` and `MessagingTimeout` as the options say. After an error all is closed.
   */
  start(options: StartOptions = {}): Promise<void> {
    if (this.state === 'failed') return Promise.reject(this.#failure);
    if (this.state === 'draining' || this.state === 'stopped') {
      return Promise.reject(
        new ClosedError('the runtime was stopped; make another to start again'),
      );
    }
    this.#starting ??= this.#start(options);
    return this.#starting;
  }

  /**
   * Loads the endpoints anew: starts a host with the code as it is now for each that is there, one after
   * the other, and lets the old one end what it runs. No call is lost, and none waits for it.
   *
   * @throws {@link ExecutorLoadFailure} when the endpoints can't be loaded, and the hosts that are left
   * stay; {@link InvalidOptionError} under `blocking` and `async`: what Node has once imported into a
   * thread it keeps; {@link ClosedError} when the runtime is not running.
   */
  async reload(): Promise<void> {
    if (this.state !== 'running') throw new ClosedError('the runtime is not running');
    if (this.#executor instanceof HostsExecutor) return await this.#executor.reload();
    throw new InvalidOptionError(
      `the ${this.executor} executor can't reload endpoints; pool and process can`,
    );
  }

  /**
   * Stops taking messages, gives back what has not begun, lets what runs finish and reply, and then
   * closes everything. What still runs after `timeoutMs` is abandoned: its caller is told.
   *
   * @param options - `timeoutMs`: the options' `drainTimeoutMs` by default; `signal` ends it sooner.
   * @returns What became of the calls; the same report for a second call. Never rejects.
   */
  drain({
    timeoutMs = this.#options.drainTimeoutMs,
    signal,
  }: WaitOptions = {}): Promise<DrainReport> {
    if (signal?.aborted) this.#aborting.abort();
    const ignoreSignal = signal && onAbort(signal, () => this.#aborting.abort());
    this.#draining ??= this.#drain(timeoutMs);
    return this.#draining.finally(ignoreSignal);
  }

  /**
   * Drains for at most `graceMs` and closes everything; at once when it is 0, even if a drain with
   * more patience is under way. Idempotent, at any moment. Never rejects.
   *
   * @param options - `graceMs`: the options' `drainTimeoutMs` by default.
   */
  async stop({ graceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    if (graceMs === 0) this.#aborting.abort();
    await this.drain({ timeoutMs: graceMs });
  }

  /** Stops, with the options' `drainTimeoutMs` of grace. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start({ executor: word, ...wait }: StartOptions): Promise<void> {
    const timeout = wait.timeoutMs === undefined ? undefined : AbortSignal.timeout(wait.timeoutMs);
    const signals = [this.#aborting.signal, wait.signal, timeout];
    const signal = AbortSignal.any(signals.filter((each) => each !== undefined));
    this.#status.become('starting');
    try {
      this.#probes ??= this.#newProbes();
      await this.#probes.open();
      signal.throwIfAborted();
      const { executor: configured } = this.#options;
      const name = chooseExecutor(word, this.#environmentExecutor, configured);
      this.#executor = makeExecutor(name, this.#options);
      await this.#executor.start(signal);
      signal.throwIfAborted();
      void this.#executor.closed.then((reason) => reason && this.#fail(reason));
      this.#servers = new Servers(this.#options, this.#executor);
      await this.#servers.open(signal, {
        onTransport: (transport) => this.#status.watch(transport),
        onFailure: (error) => this.#fail(asError(error)),
      });
      signal.throwIfAborted();
    } catch (error) {
      if (this.#draining === undefined) {
        this.#failure ??= startFailure(error, wait, timeout);
        await this.stop({ graceMs: 0 });
        throw this.#failure;
      }
      throw new ClosedError('the runtime was stopped while it was starting', { cause: error });
    }
    this.#status.become('running');
    this.#holdProcess = setInterval(() => {}, longestTimerMs);
    if (this.#options.signals) this.#ignoreSignals = listenForSignals(this, this.#options.log);
  }

  #newProbes(): Probes {
    const { health, rpc, log } = this.#options;
    const subject = {
      status: () => this.status,
      hosts: () => this.hosts,
      pinged: () => {
        const transport = this.#servers?.transport;
        return rpc?.ping && transport ? { transport, target: rpc.target } : undefined;
      },
    };
    return new Probes(health, subject, log);
  }

  #fail(reason: Error): void {
    if (this.#draining !== undefined) return;
    this.#options.log.error({ reason: reason.message }, 'the runtime failed and is stopping');
    this.#failure = reason;
    // A start that is under way notices, and stops everything itself.
    if (this.state === 'starting') this.#aborting.abort(reason);
    else void this.stop();
  }

  async #drain(timeoutMs: number): Promise<DrainReport> {
    const wasStarting = this.state === 'starting';
    const before = this.counts;
    const begun = performance.now();
    const { log } = this.#options;
    this.#status.become('draining');
    if (wasStarting) {
      this.#aborting.abort(new ClosedError('the runtime was stopped'));
      if (this.#failure === undefined) await this.#starting?.catch(() => {});
    }
    await shutDown({
      servers: this.#servers,
      executor: this.#executor,
      timeoutMs,
      cancelGraceMs: this.#options.cancelGraceMs,
      signal: this.#aborting.signal,
      log,
    });
    this.#ignoreSignals();
    clearInterval(this.#holdProcess);
    await this.#probes?.close();
    const messages = this.#servers?.drained ?? noMessages;
    const report = { ...countsSince(before, this.counts), messages };
    if (this.#servers !== undefined) logDrained(log, report, performance.now() - begun);
    this.#status.become(this.#failure === undefined ? 'stopped' : 'failed');
    this.#closed.resolve(this.#failure);
    return report;
  }
}
