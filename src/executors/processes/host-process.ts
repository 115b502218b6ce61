import type { ChildProcess } from 'node:child_process';
import { serialize } from 'node:v8';
import type { Tinypool, TinypoolChannel } from 'tinypool';
import type { CancelReason } from '../../cancel-reason.ts';
import { HostCrashed } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { deferred } from '../../waiting.ts';
import type { FromHost, HostSetup, ToHost } from '../hosts/host-protocol.ts';
import type { SpawnedHost } from '../hosts/host-spawner.ts';
import { ChildWatch } from './child-watch.ts';
import { FileFlags } from './file-flags.ts';
import { monotonicOffset } from './monotonic-offset.ts';
import { childrenOf } from './pooled-child.ts';
import { type ProcessEnd, processCrashOf } from './process-crash.ts';
import { type FromProcess, marked, type ProcessTask, unmarked } from './process-protocol.ts';
import { watchResidentMemory } from './resident-memory.ts';

/** What a {@link HostProcess} is started with. */
export interface HostProcessOptions {
  readonly pool: Tinypool;
  readonly setup: HostSetup;
  readonly onMessage: (message: FromHost) => void;
  /** How much physical memory it may hold before it is killed, in MiB; any when absent. */
  readonly maxRssMb: number | undefined;
  readonly log: Log;
}

/** How long a process may take to leave that has said its last, or was killed. */
const leaveMs = 1_000;

/** A host in a child process, and the channel to it. */
export class HostProcess implements SpawnedHost {
  readonly ended: Promise<HostCrashed | undefined>;
  readonly gone: Promise<void>;
  readonly #options: HostProcessOptions;
  readonly #flags: FileFlags | undefined;
  /** What is posted before the child is there. */
  readonly #early: ToHost[] = [];
  readonly #unqueue = new AbortController();
  readonly #started = deferred<ChildWatch>();
  readonly #overdue = deferred<undefined>();
  #child: ChildProcess | undefined;
  #fault: HostCrashed | undefined;
  #uncaught: ProcessEnd['uncaught'];
  #isToEnd = false;
  #hasEnded = false;

  constructor(options: HostProcessOptions) {
    this.#options = options;
    this.#flags = this.#makeFlags();
    this.ended = this.#end();
    this.gone = this.#leave();
    void this.#start();
  }

  /** Whether it is in the pool's queue, for a child that is yet to start. */
  get isWaiting(): boolean {
    return this.#child === undefined && !this.#unqueue.signal.aborted;
  }

  post(message: ToHost): void {
    if (this.#hasEnded) return;
    if (this.#child === undefined) this.#early.push(message);
    // Not by Tinypool's channel, which takes a child that can't be reached for one that has failed.
    else this.#child.send(marked(message), () => {});
  }

  offer(): void {}

  takeBack(): boolean {
    return false;
  }

  flag(place: number, reason: CancelReason | undefined): void {
    if (!this.#hasEnded) this.#flags?.write(place, reason);
  }

  kill(): void {
    this.#isToEnd = true;
    if (this.#child === undefined) this.#unqueue.abort();
    else this.#terminate(this.#child);
  }

  /** No child could be had for it. */
  fail(error: Error): void {
    this.#started.reject(error);
    this.#unqueue.abort();
  }

  async #start(): Promise<void> {
    await Promise.resolve(); // Nothing is told before whoever spawns has what it spawned.
    const { pool } = this.#options;
    const channel: TinypoolChannel = {
      onMessage: () => this.#adopt(childrenOf(pool).find((each) => each.channel === channel)),
      postMessage: (received: unknown) => this.#receive(unmarked(received)),
    };
    const task = this.#makeTask();
    try {
      if (task !== undefined) await pool.run(task, { channel, signal: this.#unqueue.signal });
    } catch (error) {
      this.#started.reject(error); // Does nothing once there was a child, whose end says more.
    }
  }

  /** The task, as bytes: what can't cross would otherwise be thrown where nobody can catch it. */
  #makeTask(): ProcessTask | undefined {
    const { setup, onMessage } = this.#options;
    const flagsPath = this.#flags?.path;
    try {
      return { setup: serialize(setup), flagsPath, monotonicOffset: monotonicOffset() };
    } catch (error) {
      const { message, stack } = error as Error;
      const text = `options of an endpoint can't be sent to another process: ${message}`;
      onMessage({ type: 'load-failed', message: text, stack });
      this.#isToEnd = true;
      this.#started.reject(error);
      return undefined;
    }
  }

  /** Called by Tinypool in the moment in which it gives the task to a child. */
  #adopt(pooled: { readonly process: ChildProcess } | undefined): void {
    if (pooled === undefined) throw new Error('the pool has no child for its task');
    const { process: child } = pooled;
    this.#child = child;
    const watch = new ChildWatch(child);
    // Unless it leaves by itself: it may have code that runs then, and that code may hang.
    child.once('disconnect', () => setTimeout(() => child.kill('SIGKILL'), leaveMs).unref());
    this.#limitMemory(child, watch);
    for (const message of this.#early.splice(0)) this.post(message);
    this.#started.resolve(watch);
  }

  #limitMemory(child: ChildProcess, watch: ChildWatch): void {
    const { maxRssMb } = this.#options;
    if (maxRssMb === undefined || child.pid === undefined) return;
    const unwatch = watchResidentMemory(child.pid, maxRssMb, (mb) => {
      const text = `the host held ${Math.ceil(mb)} MiB of memory, and may ${maxRssMb}`;
      this.#fault = new HostCrashed(text, 'out-of-memory');
      this.#terminate(child);
    });
    void watch.left.then(unwatch);
  }

  #terminate(child: ChildProcess): void {
    // A task that is only aborted gets SIGTERM, which hosts ignore, and a second later this.
    child.kill('SIGKILL');
    setTimeout(() => this.#overdue.resolve(undefined), leaveMs).unref();
  }

  #receive(message: FromProcess | undefined): void {
    if (message === undefined || this.#hasEnded) return;
    this.#flags?.unlink(); // It has them open by now.
    switch (message.type) {
      case 'uncaught':
        this.#uncaught = message;
        break;
      case 'ended':
        this.#isToEnd = true;
        break;
      default:
        this.#options.onMessage(message);
    }
  }

  async #end(): Promise<HostCrashed | undefined> {
    const crash = await this.#crash();
    this.#hasEnded = true;
    this.#flags?.close();
    return this.#isToEnd ? undefined : crash;
  }

  async #crash(): Promise<HostCrashed | undefined> {
    let watch: ChildWatch;
    try {
      watch = await this.#started.promise;
    } catch (cause) {
      const text = `the host's process could not be started: ${(cause as Error).message}`;
      return new HostCrashed(text, 'exit', { cause });
    }
    const exit = await Promise.race([watch.over, this.#overdue.promise]);
    if (exit === undefined) return this.#fault;
    const end = { ...exit, stderr: watch.lastErrors, uncaught: this.#uncaught };
    return this.#fault ?? processCrashOf(end);
  }

  async #leave(): Promise<void> {
    try {
      await (await this.#started.promise).left;
    } catch {
      // There never was a process.
    }
  }

  #makeFlags(): FileFlags | undefined {
    try {
      return new FileFlags(this.#options.setup.places);
    } catch (error) {
      this.#options.log.warn(
        { reason: String(error) },
        'no file for abort flags: a method that never waits will not see that it is cancelled',
      );
      return undefined;
    }
  }
}
