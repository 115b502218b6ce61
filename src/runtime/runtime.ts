import type { Listener } from '../driver/driver.ts';
import { Transport } from '../driver/transport.ts';
import { ClosedError, ExecutorLoadFailure, MessagingTimeout } from '../errors.ts';
import type { Executor, ExecutorName } from '../executors/executor.ts';
import { cancelled, deferred, longestTimerMs, pause, type WaitOptions } from '../waiting.ts';
import { chooseExecutor, makeExecutor } from './choose-executor.ts';
import { controlLane } from './control-lane.ts';
import { Duplicates } from './duplicates.ts';
import { readEnvironment } from './environment.ts';
import { Intake, type IntakeCounts } from './intake.ts';
import { ReplySender } from './reply-sender.ts';
import {
  type ResolvedRuntimeOptions,
  type RuntimeOptions,
  resolveRuntimeOptions,
} from './runtime-options.ts';
import { listenForShutdown } from './shutdown-signals.ts';

/**
 * Where a runtime is in its life.
 *
 * - `idle`: made, nothing started; `start()` leaves it, `stop()` too.
 * - `starting`: loading endpoints, connecting, declaring.
 * - `running`: consuming and serving.
 * - `draining`: takes nothing more; what runs may finish.
 * - `stopped`: all has ended, as it was asked to.
 * - `failed`: all has ended, because it could not start or could not go on; `closed` has the reason.
 */
export type RuntimeState = 'idle' | 'starting' | 'running' | 'draining' | 'stopped' | 'failed';

/** How {@link Runtime.start} starts. */
export interface StartOptions extends WaitOptions {
  /** Wins over the environment and the options. */
  readonly executor?: ExecutorName | undefined;
}

/** What {@link Runtime.drain} reports: how many calls came to which end while it drained. */
export interface DrainReport extends IntakeCounts {}

/**
 * Serves RPC endpoints: what an application starts.
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
  #state: RuntimeState = 'idle';
  #executor: Executor | undefined;
  #control: Executor | undefined;
  #transport: Transport | undefined;
  #listener: Listener | undefined;
  #replies: ReplySender | undefined;
  #intake: Intake | undefined;
  #starting: Promise<void> | undefined;
  #draining: Promise<DrainReport> | undefined;
  #failure: Error | undefined;
  #ignoreSignals: () => void = () => {};
  /** A server keeps its process alive, also where it has no socket that would. */
  #holdProcess: NodeJS.Timeout | undefined;

  /** @throws {@link InvalidOptionError} that lists everything that is wrong with the options. */
  constructor(options: RuntimeOptions) {
    this.#options = resolveRuntimeOptions(options);
    this.#environmentExecutor = readEnvironment().executor;
  }

  get state(): RuntimeState {
    return this.#state;
  }

  /** The executor that runs, once it has been chosen. */
  get executor(): ExecutorName | undefined {
    return this.#executor?.name;
  }

  /** How many calls can run at once; 0 before the executor has been chosen. */
  get slots(): number {
    return this.#executor?.slots ?? 0;
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
    if (this.#state === 'failed') return Promise.reject(this.#failure);
    if (this.#state === 'draining' || this.#state === 'stopped') {
      return Promise.reject(
        new ClosedError('the runtime was stopped; make another to start again'),
      );
    }
    this.#starting ??= this.#start(options);
    return this.#starting;
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
    signal?.addEventListener('abort', () => this.#aborting.abort(), { once: true });
    this.#draining ??= this.#drain(timeoutMs);
    return this.#draining;
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
    this.#state = 'starting';
    try {
      const { executor: configured } = this.#options;
      const name = chooseExecutor(word, this.#environmentExecutor, configured);
      this.#executor = makeExecutor(name, this.#options);
      await this.#executor.start(signal);
      signal.throwIfAborted();
      void this.#executor.closed.then((reason) => reason && this.#fail(reason));
      await this.#listen(this.#executor, signal);
      signal.throwIfAborted();
    } catch (error) {
      if (this.#draining === undefined) {
        this.#failure ??= startFailure(error, wait, timeout);
        await this.stop({ graceMs: 0 });
        throw this.#failure;
      }
      throw new ClosedError('the runtime was stopped while it was starting', { cause: error });
    }
    this.#state = 'running';
    this.#holdProcess = setInterval(() => {}, longestTimerMs);
    if (this.#options.signals) this.#listenForSignals();
  }

  async #listen(executor: Executor, signal: AbortSignal): Promise<void> {
    const { transport, controlExchange, rabbit, log, target, acknowledge } = this.#options;
    this.#transport =
      transport instanceof Transport
        ? transport
        : Transport.of(transport, { controlExchange, rabbit, log });
    const { driver } = this.#transport;
    await driver.open({ signal });
    const lookAhead = this.#options.lookAhead ?? Math.max(2, executor.slots);
    const listener = await driver.listen(target, {
      // Acknowledged when it begins, a message holds its place only while it waits.
      prefetch: acknowledge === 'on-dispatch' ? lookAhead : lookAhead + executor.slots,
      signal,
    });
    this.#listener = listener;
    this.#replies = new ReplySender({
      driver,
      missingQueueTimeoutMs: this.#options.missingReplyQueueTimeoutMs,
      queuePrefix: this.#options.replyQueuePrefix,
      log,
    });
    this.#control = this.#options.ping ? controlLane() : undefined;
    await this.#control?.start(signal);
    this.#intake = new Intake({
      listener,
      executor,
      control: this.#control,
      replies: this.#replies,
      duplicates: new Duplicates(this.#options.duplicateWindow),
      acknowledge,
      maxBodyBytes: this.#options.wire.limits.maxBodyBytes,
      exposeStacks: this.#options.wire.exposeStacks,
      log,
    });
    void this.#intake.run().catch((error: unknown) => this.#fail(asError(error)));
  }

  #listenForSignals(): void {
    this.#ignoreSignals = listenForShutdown(this);
  }

  #fail(reason: Error): void {
    if (this.#draining !== undefined) return;
    this.#options.log.error({ reason: reason.message }, 'the runtime failed and is stopping');
    this.#failure = reason;
    // A start that is under way notices, and stops everything itself.
    if (this.#state === 'starting') this.#aborting.abort(reason);
    else void this.stop();
  }

  // In the order of a message: nothing more in, what runs out, then everything shut behind it.
  async #drain(timeoutMs: number): Promise<DrainReport> {
    const wasStarting = this.#state === 'starting';
    const before = this.#intake?.counts ?? none;
    this.#state = 'draining';
    if (wasStarting) {
      this.#aborting.abort(new ClosedError('the runtime was stopped'));
      if (this.#failure === undefined) await this.#starting?.catch(() => {});
    }
    const steps: readonly (() => unknown)[] = [
      () => this.#intake?.stop(),
      () => this.#finish(timeoutMs),
      () => this.#executor?.stop(),
      () => this.#control?.stop(),
      () => this.#flushReplies(),
      () => this.#listener?.close(),
      () => (this.#transport === this.#options.transport ? undefined : this.#transport?.close()),
    ];
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        // One thing that will not close must not keep the rest open.
        this.#options.log.error({ reason: asError(error).message }, 'a step of the drain failed');
      }
    }
    this.#ignoreSignals();
    clearInterval(this.#holdProcess);
    this.#state = this.#failure === undefined ? 'stopped' : 'failed';
    this.#closed.resolve(this.#failure);
    return since(before, this.#intake?.counts ?? none);
  }

  /** Waits for what runs, no longer than the grace lasts. */
  async #finish(timeoutMs: number): Promise<void> {
    const grace = new AbortController();
    const endGrace = (): void => grace.abort();
    if (this.#aborting.signal.aborted) endGrace();
    else this.#aborting.signal.addEventListener('abort', endGrace, { once: true });
    await Promise.race([this.#intake?.idle(), pause(timeoutMs, grace.signal)]);
    endGrace();
  }

  /** Lets the replies to what was just abandoned go out, briefly, and gives up the rest. */
  async #flushReplies(): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.#intake?.idle(), pause(lastRepliesMs, over.signal)]);
    over.abort();
    this.#replies?.stop();
    await this.#intake?.idle();
  }
}

/** How long the last replies may take to reach the broker when the grace is over. */
const lastRepliesMs = 1_000;

/** Why a start failed; that its caller gave up counts for more than what that led to. */
function startFailure(error: unknown, wait: WaitOptions, timeout?: AbortSignal): Error {
  const what = 'the runtime to start';
  if (wait.signal?.aborted) return cancelled(what, wait.signal);
  if (!timeout?.aborted) return asError(error);
  return new MessagingTimeout(`timed out after ${wait.timeoutMs} ms waiting for ${what}`, {
    cause: error,
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new ExecutorLoadFailure(String(error), { cause: error });
}

const none: IntakeCounts = { finished: 0, returned: 0, abandoned: 0 };

function since(before: IntakeCounts, now: IntakeCounts): IntakeCounts {
  return {
    finished: now.finished - before.finished,
    returned: now.returned - before.returned,
    abandoned: now.abandoned - before.abandoned,
  };
}
