import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { ClosedError, ExecutorLoadFailure, type HostCrashed, MalformedMessage } from '../errors.ts';
import { deferred, waitFor } from '../waiting.ts';
import { crashOf } from './crash.ts';
import type { Begun, Outcome, Work } from './executor.ts';
import {
  type DoneItem,
  type FromHost,
  type HostTask,
  ownedBodies,
  type ToHost,
  type WorkItem,
} from './host-protocol.ts';
import { type HostedService, hostedService } from './service.ts';
import { TurnBatch } from './turn-batch.ts';
import { defaultWireOptions, type WireOptions } from './wire-options.ts';

/** What a {@link Host} is started with. */
export interface HostOptions extends HostedService {
  readonly pool: Piscina;
  /** @default defaultWireOptions */
  readonly wire?: WireOptions;
  /** How long the endpoints may take to load, in milliseconds. */
  readonly readyTimeoutMs: number;
}

interface Running {
  readonly work: Work;
  readonly onBegin: (begun: Begun) => boolean;
  readonly resolve: (outcome: Outcome) => void;
  begun: Begun | undefined;
}

/**
 * The runtime's end of a host: one worker thread that endpoints live in.
 *
 * The thread belongs to the pool and runs one task, `runHost`, for as long as it lives; requests
 * and replies travel over a port of the host's own. When the thread dies, what ran there is `lost`,
 * and nothing else is.
 */
export class Host {
  /** Settles when the thread has let go of the host: with the crash, or nothing after `stop()`. */
  readonly ended: Promise<HostCrashed | undefined>;
  readonly #options: HostOptions;
  readonly #port: MessagePort;
  readonly #kill = new AbortController();
  readonly #ready = deferred<void>();
  readonly #running = new Map<number, Running>();
  readonly #outbox: TurnBatch<number>;
  #nextId = 0;
  #hasEnded = false;

  constructor(options: HostOptions) {
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.on('message', (message: FromHost) => this.#onMessage(message));
    this.#outbox = new TurnBatch((ids) => this.#post(ids));
    this.#ready.promise.catch(() => {}); // Answered by start(), or by nobody after a stop.
    this.ended = this.#run(port2);
  }

  /** How many requests it holds. */
  get load(): number {
    return this.#running.size;
  }

  /**
   * Resolves when the endpoints are loaded in the thread.
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
      await this.stop();
      if (error instanceof ExecutorLoadFailure) throw error;
      throw new ExecutorLoadFailure(`a host did not become ready: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Sends one request to the thread; resolves with what came of it, never rejects. */
  execute(work: Work, onBegin: (begun: Begun) => boolean): Promise<Outcome> {
    return new Promise((resolve) => {
      const id = this.#nextId++;
      this.#running.set(id, { work, onBegin, resolve, begun: undefined });
      if (this.#hasEnded) this.#lose(new ClosedError('the host has ended'));
      else this.#outbox.add(id);
    });
  }

  /** Terminates the thread at once; what runs there is lost. Idempotent. */
  async stop(): Promise<void> {
    this.#kill.abort(new ClosedError('the host was stopped'));
    await this.ended;
  }

  async #run(port: MessagePort): Promise<HostCrashed | undefined> {
    const { pool, wire = defaultWireOptions } = this.#options;
    const task: HostTask = { port, service: hostedService(this.#options), wire };
    let crash: HostCrashed | undefined;
    try {
      await pool.run(task, { name: 'runHost', transferList: [port], signal: this.#kill.signal });
    } catch (error) {
      crash = this.#kill.signal.aborted ? undefined : crashOf(error);
    }
    this.#hasEnded = true;
    this.#receiveTheRest();
    this.#port.close();
    const reason = crash ?? new ClosedError('the host was stopped');
    this.#ready.reject(reason);
    this.#lose(reason);
    return crash;
  }

  #onMessage(message: FromHost): void {
    switch (message.type) {
      case 'ready':
        this.#ready.resolve();
        break;
      case 'load-failed':
        this.#ready.reject(loadFailure(message));
        break;
      case 'begun': {
        const running = this.#running.get(message.id);
        if (running === undefined) break;
        this.#begin(message, running);
        break;
      }
      case 'done':
        for (const item of message.items) this.#settle(item);
        break;
      default:
        message satisfies never;
    }
  }

  #begin({ id, begun }: Extract<FromHost, { type: 'begun' }>, running: Running): void {
    const mayBegin = running.onBegin(begun);
    if (mayBegin || !running.work.asksToBegin) running.begun = begun;
    if (!running.work.asksToBegin) return;
    const answer: ToHost = { type: 'begin', id, mayBegin };
    this.#port.postMessage(answer);
  }

  /** What the thread posted before it died counts: whether a call had begun, or was even done. */
  #receiveTheRest(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      this.#onMessage(received.message);
    }
  }

  #settle({ id, outcome }: DoneItem): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#running.delete(id);
    running.resolve(
      outcome.type === 'malformed'
        ? { type: 'malformed', error: new MalformedMessage(outcome.message) }
        : outcome,
    );
  }

  #post(ids: readonly number[]): void {
    const batch = ids.flatMap((id) => {
      const running = this.#running.get(id);
      return running === undefined ? [] : [{ id, work: running.work }];
    });
    if (batch.length === 0) return;
    const { owned, transfer } = ownedBodies(batch.map(({ work }) => work.body));
    const items = batch.map(
      ({ id, work }, index): WorkItem => ({
        id,
        body: owned[index] ?? new Uint8Array(),
        contentType: work.contentType,
        compression: work.compression,
        asksToBegin: work.asksToBegin ?? false,
        deadline: work.deadline === undefined ? undefined : work.deadline + performance.timeOrigin,
      }),
    );
    const message: ToHost = { type: 'work', items };
    this.#port.postMessage(message, transfer);
  }

  #lose(error: Error): void {
    for (const { resolve, begun } of this.#running.values()) {
      resolve({ type: 'lost', error, begun });
    }
    this.#running.clear();
  }
}

function loadFailure({ message, stack }: Extract<FromHost, { type: 'load-failed' }>): Error {
  const cause = new Error(message);
  if (stack !== undefined) cause.stack = stack;
  return new ExecutorLoadFailure(message, { cause });
}
