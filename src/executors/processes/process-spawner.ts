import { Tinypool } from 'tinypool';
import type { Log } from '../../log.ts';
import { longestTimerMs, pause } from '../../waiting.ts';
import type { FromHost, HostSetup } from '../hosts/host-protocol.ts';
import type { HostSpawner, SpawnedHost } from '../hosts/host-spawner.ts';
import { inheritedExecArgv } from '../inherited-exec-argv.ts';
import { HostProcess } from './host-process.ts';
import { childrenOf } from './pooled-child.ts';
import { residentMb } from './resident-memory.ts';

/** What a {@link ProcessSpawner} is made of. */
export interface ProcessSpawnerOptions {
  /** The most that the heap of one process may grow to, in MiB; Node's own limit when absent. */
  readonly maxHeapMb: number | undefined;
  /**
   * How much physical memory one process may hold before it is killed, in MiB; any when absent.
   * Node alone holds some 50. It is looked at twenty times a second, and on Linux only.
   */
  readonly maxRssMb: number | undefined;
  readonly log: Log;
}

/** The child's entry: TypeScript in the source tree, JavaScript once compiled. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? './process-main.ts' : './process-main.js',
  import.meta.url,
);

/** More than there will ever be: how many hosts there are is for others to say. */
const maxChildren = 1_024;
/** How long `destroy()` waits for children: one inside a system call that hangs may take for ever. */
const destroyTimeoutMs = 1_000;

/**
 * Hosts in child processes, which Tinypool owns: it starts them and reports that one is gone.
 *
 * Each child runs a single task, its host, for as long as it lives; see {@link HostProcess}.
 */
export class ProcessSpawner implements HostSpawner {
  /** Processes share no memory in which to settle whose a request is. */
  readonly canTakeBack = false;
  readonly #options: ProcessSpawnerOptions;
  readonly #pool: Tinypool;
  readonly #hosts = new Set<HostProcess>();
  #destroying: Promise<void> | undefined;

  constructor(options: ProcessSpawnerOptions) {
    this.#options = options;
    this.#pool = new Tinypool({
      runtime: 'child_process',
      filename: entry.href,
      name: 'runHost',
      // None in advance: Tinypool would fork them within its event handlers, where nobody can catch what
      // fork throws when memory is short, and as fast as they die.
      minThreads: 0,
      maxThreads: maxChildren,
      concurrentTasksPerWorker: 1,
      // A child that is there when its host was killed in the queue is for the next one.
      idleTimeout: longestTimerMs,
      // A child is never used again, but ends with its task.
      isolateWorkers: false,
      useAtomics: false,
      // Or bytes would become objects, and a bigint an error.
      serialization: 'advanced',
      argv: [],
      execArgv: execArgvOf(options.maxHeapMb),
      // biome-ignore lint/style/noProcessEnv: handed on, not read; Tinypool's default is an empty one.
      env: process.env as Record<string, string>,
    });
    this.#pool.on('error', (error: Error) => this.#onIdleChildLost(error));
    if (options.maxRssMb !== undefined && residentMb('self') === undefined) {
      options.log.warn(
        {},
        'maxRssMb has no effect: this system does not tell what a process holds',
      );
    }
  }

  spawn(setup: HostSetup, onMessage: (message: FromHost) => void): SpawnedHost {
    const { maxRssMb, log } = this.#options;
    const host = new HostProcess({ pool: this.#pool, setup, onMessage, maxRssMb, log });
    this.#hosts.add(host);
    void host.gone.then(() => this.#hosts.delete(host));
    // Tinypool would start a child for it all the same.
    if (this.#destroying !== undefined) host.kill();
    return host;
  }

  destroy(): Promise<void> {
    this.#destroying ??= this.#destroy();
    return this.#destroying;
  }

  async #destroy(): Promise<void> {
    for (const host of this.#hosts) host.kill();
    // Those that have no host yet; Tinypool would send SIGTERM, which they ignore, and wait a second.
    for (const child of childrenOf(this.#pool)) child.process.kill('SIGKILL');
    const emptied = this.#pool.destroy().catch((error: unknown) => {
      // A child that could not be written to as it died, say: it is gone all the same.
      this.#options.log.debug({ error: String(error) }, 'the pool of child processes failed');
    });
    const gone = [...this.#hosts].map((host) => host.gone);
    const over = new AbortController();
    await Promise.race([Promise.all([emptied, ...gone]), pause(destroyTimeoutMs, over.signal)]);
    over.abort();
  }

  /** A child ended that had no host: one that waits for it would do so for ever. */
  #onIdleChildLost(error: Error): void {
    this.#options.log.debug({ error: String(error) }, 'a child process without a host ended');
    const waiting = [...this.#hosts].filter((host) => host.isWaiting);
    const free = childrenOf(this.#pool).filter(({ channel }) => channel === undefined);
    for (const host of waiting.slice(0, Math.max(0, waiting.length - free.length))) {
      host.fail(error);
    }
  }
}

/** Node's options for a child: those of this process, but for its debugger's, whose port is taken. */
function execArgvOf(maxHeapMb: number | undefined): string[] {
  const inherited = inheritedExecArgv(process.execArgv).filter((option, index, all) => {
    const takesNext = /^--(inspect|debug)-port$/.test(all[index - 1] ?? '');
    return !/^--(inspect|debug-port)/.test(option) && !takesNext;
  });
  return maxHeapMb === undefined
    ? inherited
    : [...inherited, `--max-old-space-size=${Math.ceil(maxHeapMb)}`];
}
