import { ClosedError, ExecutorLoadFailure, HostCrashed } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type Deferred, deferred, pause, waitFor } from '../../waiting.ts';
import { aboutCall } from '../call-log.ts';
import type { Begun, Execution, Work } from '../executor.ts';
import { defaultDisposeTimeoutMs } from '../loaded-service.ts';
import type { Balanced } from './balance.ts';
import { HostCalls, lostAtOnce } from './host-calls.ts';
import type { FromHost, HostSetup, MemoryUse } from './host-protocol.ts';
import type { HostSpawner, SpawnedHost } from './host-spawner.ts';
import { Pace } from './pace.ts';
import { TurnBatch } from './turn-batch.ts';

/** What a {@link Host} is started with. */
export interface HostOptions {
  readonly spawner: HostSpawner;
  readonly setup: HostSetup;
  /** How long the endpoints may take to load, in milliseconds. */
  readonly readyTimeoutMs: number;
  /** How long a cancelled call may take to end before the host is killed, in milliseconds. */
  readonly cancelGraceMs: number;
  /** How much memory outside of the heap it may hold, in MiB, before it counts as crashed. */
  readonly maxExternalMb: number | undefined;
  /** How long its endpoints may take to be disposed of, in ms. @default defaultDisposeTimeoutMs */
  readonly disposeTimeoutMs?: number;
  readonly log: Log;
}

/**
 * The runtime's end of a host: one thread or process that endpoints live in.
 *
 * Requests and replies travel in batches, and never more of them than it has places. When it dies, or
 * has to be killed for a call that does not end, what ran there is `lost`, and nothing else is.
 */
export class Host implements Balanced {
  /** Settles when the host has ended: with the crash, or nothing after `stop()`. */
  readonly ended: Promise<HostCrashed | undefined>;
  readonly #options: HostOptions;
  readonly #spawned: SpawnedHost;
  readonly #ready = deferred<void>();
  readonly #calls: HostCalls;
  readonly #outbox: TurnBatch<number>;
  readonly #pace = new Pace();
  #memory: MemoryUse = { heapMb: 0, externalMb: 0 };
  #priorities: readonly string[] = [];
  #completed = 0;
  #readyAt = Number.POSITIVE_INFINITY;
  #reservation: Deferred<void> | undefined;
  #isRetiring = false;
  #hasEnded = false;
  #fault: HostCrashed | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    const { spawner, setup, cancelGraceMs } = options;
    this.#calls = new HostCalls({
      slots: setup.slots,
      places: setup.places,
      graceMs: cancelGraceMs,
      onSend: (id) => this.#outbox.add(id),
      onOffer: (place, id) => this.#spawned.offer(place, id),
      takeBack: (place, id) => this.#spawned.takeBack(place, id),
      onCancel: (id, place, reason) => {
        this.#spawned.flag(place, reason);
        this.#outbox.flush(); // The host knows nothing of a call that is yet to be sent.
        this.#spawned.post({ type: 'cancel', id, reason });
      },
      onFreed: (place) => this.#spawned.flag(place, undefined),
      onOverrun: () => {
        this.#fail(
          new HostCrashed('the host was killed for a call that did not end', 'terminated'),
        );
      },
    });
    this.#outbox = new TurnBatch((ids) => this.#post(ids));
    this.#ready.promise.catch(() => {}); // Answered by start(), or by nobody after a stop.
    this.#spawned = spawner.spawn(setup, (message) => this.#receive(message));
    this.ended = this.#end();
  }

  get id(): number {
    return this.#options.setup.host.id;
  }

  /** Settles when its thread or process has left the system. */
  get gone(): Promise<void> {
    return this.#spawned.gone;
  }

  /** How many requests it holds. */
  get load(): number {
    return this.#calls.size;
  }

  /** How many requests it takes now: those that could begin, and those that wait here until then. */
  get credit(): number {
    return this.#isShut ? 0 : this.#calls.free;
  }

  /** How many of those that it took wait for others to end. */
  get ahead(): number {
    return Math.max(0, this.#calls.size - this.#options.setup.slots);
  }

  /** How many requests could begin now. */
  get idle(): number {
    return this.#isShut ? 0 : Math.max(0, this.#options.setup.slots - this.#calls.size);
  }

  /** Whether its calls are short, and it will soon be through with those that it holds. */
  get isPrompt(): boolean {
    return this.#pace.isPromptWith(this.#calls.size);
  }

  get #isShut(): boolean {
    return this.#hasEnded || this.#isRetiring || this.#reservation !== undefined;
  }

  /** The priorities of notifications that it has methods for, once it is ready. */
  get priorities(): readonly string[] {
    return this.#priorities;
  }

  /** How many requests have come to their end here. */
  get completed(): number {
    return this.#completed;
  }

  /** Whether its endpoints were loaded at some time. */
  get wasReady(): boolean {
    return this.#readyAt !== Number.POSITIVE_INFINITY;
  }

  /** How long it has been ready, in milliseconds. */
  get ageMs(): number {
    return Math.max(0, performance.now() - this.#readyAt);
  }

  /** What it held when it said so last. */
  get memory(): MemoryUse {
    return this.#memory;
  }

  /**
   * Resolves when the endpoints are loaded.
   *
   * @throws {@link ExecutorLoadFailure} when they can't be, or took longer than `readyTimeoutMs`.
   */
  async start(signal?: AbortSignal): Promise<void> {
    try {
      await waitFor(this.#ready.promise, 'a host to load its endpoints', {
        timeoutMs: this.#options.readyTimeoutMs,
        signal,
      });
    } catch (error) {
      this.kill();
      await this.ended;
      if (error instanceof ExecutorLoadFailure) throw error;
      throw new ExecutorLoadFailure(`a host did not become ready: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Sends it one request. */
  execute(work: Work, onBegin: (begun: Begun) => boolean): Execution {
    if (this.#calls.size === 0) this.#pace.begins();
    const execution = this.#hasEnded ? undefined : this.#calls.add(work, onBegin);
    return execution ?? lostAtOnce('the host has ended');
  }

  /** Takes back the one that has waited here longest, for a host that could begin it now; false if none does. */
  withdrawOne(): boolean {
    return this.#calls.withdrawFirst();
  }

  /** Takes nothing that comes with credit, until it is {@link release}d; resolves when it is empty. */
  async reserve(): Promise<void> {
    this.#reservation = deferred();
    await this.#calls.empty();
  }

  release(): void {
    this.#reservation?.resolve();
    this.#reservation = undefined;
  }

  /** Takes nothing more, lets what runs end, and stops. */
  async retire(): Promise<void> {
    this.#isRetiring = true;
    this.#calls.withdrawAll();
    await this.#reservation?.promise; // Whoever has it to himself may be about to begin.
    await this.#calls.empty();
    await this.stop();
  }

  /**
   * Has its endpoints disposed of, then ends it; at once if anything runs there, which is lost, or if they
   * are yet to be loaded, which may take for ever.
   */
  async stop(): Promise<void> {
    this.#isRetiring = true;
    if (this.wasReady && this.#calls.size === 0 && !this.#hasEnded) {
      this.#spawned.post({ type: 'stop' });
      const { disposeTimeoutMs = defaultDisposeTimeoutMs } = this.#options;
      const over = new AbortController();
      await Promise.race([this.ended, pause(disposeTimeoutMs, over.signal)]);
      over.abort();
    }
    this.kill();
    await this.ended;
  }

  /** Ends it at once; what runs there is lost. Idempotent. */
  kill(): void {
    this.#spawned.kill();
  }

  async #end(): Promise<HostCrashed | undefined> {
    const crash = (await this.#spawned.ended) ?? this.#fault;
    this.#hasEnded = true;
    const reason = crash ?? new ClosedError('the host was stopped');
    this.#ready.reject(reason);
    this.#calls.loseAll(reason);
    return crash;
  }

  #fail(fault: HostCrashed): void {
    this.#fault ??= fault;
    this.#hasEnded = true; // Nothing more goes in, though what it has posted is still taken.
    this.kill();
  }

  #receive(message: FromHost): void {
    switch (message.type) {
      case 'ready':
        this.#readyAt = performance.now();
        this.#priorities = message.priorities;
        this.#ready.resolve();
        break;
      case 'load-failed':
        this.#ready.reject(loadFailure(message));
        break;
      case 'progress':
        this.#completed += message.done.length;
        this.#pace.ended(message.done.length, message.busyMs);
        for (const item of message.done) this.#calls.complete(item);
        for (const { id, begun } of message.begun) {
          const mayBegin = this.#calls.begin(id, begun);
          if (mayBegin !== undefined) this.#spawned.post({ type: 'begin', id, mayBegin });
        }
        break;
      case 'memory':
        this.#weigh(message.use);
        break;
      case 'log':
        this.#log(message);
        break;
      default:
        message satisfies never;
    }
  }

  /** Only what is held twice in a row counts: the first time it may be garbage. */
  #weigh(use: MemoryUse): void {
    const { maxExternalMb = Number.POSITIVE_INFINITY } = this.#options;
    const held = Math.min(use.externalMb, this.#memory.externalMb);
    this.#memory = use;
    if (held <= maxExternalMb) return;
    const text = `the host held ${Math.ceil(held)} MiB outside its heap, and may ${maxExternalMb}`;
    this.#fail(new HostCrashed(text, 'out-of-memory'));
  }

  #log({ id, level, fields, message }: Extract<FromHost, { type: 'log' }>): void {
    const about = id === undefined ? {} : aboutCall(this.#calls.begunOf(id));
    this.#options.log[level]({ ...fields, host: this.id, ...about }, message);
  }

  #post(ids: readonly number[]): void {
    const { items, transfer } = this.#calls.itemsOf(ids);
    if (items.length > 0) this.#spawned.post({ type: 'work', items }, transfer);
  }
}

function loadFailure({ message, stack }: Extract<FromHost, { type: 'load-failed' }>): Error {
  const cause = new Error(message);
  if (stack !== undefined) cause.stack = stack;
  return new ExecutorLoadFailure(message, { cause });
}
