import { fileURLToPath } from 'node:url';
import type { Log, ProcessOptions, RPCOptions, RuntimeOptions } from 'greenroom';
import { expect, onTestFinished } from 'vitest';
import { brokerUrl, uniqueTopic } from '../support/broker.ts';
import { Peer, type PeerEnd } from '../support/peer.ts';
import { useCompiled } from './compiled.ts';
import type { Stalls } from './loop-stalls.ts';
import type { ServerState } from './server-state.ts';

/** The executors that have hosts; for `describe.each`. */
export const executors = ['pool', 'process'] as const;
export type HostsExecutorName = (typeof executors)[number];

/** What a test says of a server; see `server-program.ts`. */
export interface HostsServerOptions {
  readonly executor: HostsExecutorName;
  /** The file of the endpoint's class, relative to this folder. */
  readonly endpoint: string;
  /** Cloned, as JSON, to the endpoint's constructor. */
  readonly endpointOptions?: object;
  /** How many hosts; one more is kept ready. */
  readonly hosts: number;
  readonly hostsOptions?: Omit<ProcessOptions, 'processes'>;
  readonly rpc?: Partial<Omit<RPCOptions, 'target' | 'endpoints'>>;
  readonly runtime?: Partial<Omit<RuntimeOptions, 'rpc' | 'pool' | 'process' | 'log'>>;
  /** Further options of Node's. */
  readonly execArgv?: readonly string[];
}

/** A line of a server's log. */
export interface ServerLine {
  /** On the clock of `monotonicMs()`. */
  readonly at: number;
  readonly level: keyof Log;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Compiles what servers need, for all tests of a file; returns what starts one for a test. */
export function useHostsServers(): (options: HostsServerOptions) => Promise<HostsServer> {
  const compiled = useCompiled();
  return async (options) => {
    const server = await HostsServer.start(compiled, options);
    onTestFinished(() => server.end());
    return server;
  };
}

/** A server on the run's RabbitMQ, in a process of its own, whose endpoints live in hosts. */
export class HostsServer {
  readonly topic: string;
  readonly #executor: HostsExecutorName;
  readonly #peer: Peer;
  #lastId = 0;

  private constructor(topic: string, executor: HostsExecutorName, peer: Peer) {
    this.topic = topic;
    this.#executor = executor;
    this.#peer = peer;
  }

  static async start(
    compiled: (file: string) => URL,
    options: HostsServerOptions,
  ): Promise<HostsServer> {
    const { executor, endpoint, endpointOptions, hosts, hostsOptions, execArgv = [] } = options;
    const topic = uniqueTopic('hosts');
    const module = compiled(endpoint).href;
    const runtime: RuntimeOptions = {
      transport: await brokerUrl(),
      ...options.runtime,
      rpc: {
        ...options.rpc,
        target: { topic, server: 'server-1' },
        endpoints: { module, options: endpointOptions },
      },
      ...(executor === 'pool'
        ? { pool: { ...hostsOptions, threads: hosts } }
        : { process: { ...hostsOptions, processes: hosts } }),
    };
    const program = fileURLToPath(compiled('server-program.ts'));
    const settings = JSON.stringify({ executor, runtime });
    return new HostsServer(
      topic,
      executor,
      await Peer.start(process.execPath, [...execArgv, program, settings]),
    );
  }

  /** Its log, but for what is only good for finding faults. */
  get log(): readonly ServerLine[] {
    return this.#peer.lines(({ event }) => event === 'log') as readonly unknown[] as ServerLine[];
  }

  /** The lines of its log whose messages are such. */
  logged(message: RegExp): readonly ServerLine[] {
    return this.log.filter((line) => message.test(line.message));
  }

  /** How it is now. */
  state(): Promise<ServerState> {
    return this.#do({ do: 'state' });
  }

  /** Loads the endpoints anew. */
  async reload(): Promise<void> {
    await this.#do({ do: 'reload' });
  }

  /** Stops the runtime; how the process is after that, in which nothing else is left. */
  stop(): Promise<ServerState> {
    return this.#do({ do: 'stop' });
  }

  /** For how long its event loop has stood still, since it was asked last. */
  stalls(): Promise<{ readonly delays: Stalls; readonly own: Stalls }> {
    return this.#do({ do: 'stalls' });
  }

  /** How long it takes to write so many bytes to a port of this machine at once, in milliseconds. */
  write(port: number, bytes: number): Promise<number> {
    return this.#do({ do: 'write', port, bytes });
  }

  /** Waits until all its hosts and spares are at work, and those that they took the place of have left. */
  async whole(): Promise<ServerState> {
    await expect.poll(async () => this.#isWhole(await this.state())).toBe(true);
    return await this.state();
  }

  #isWhole({ hosts, children }: ServerState): boolean {
    if (hosts === undefined) return false;
    const { wanted, active, spare, stuck } = hosts;
    const processes = this.#executor === 'process' ? wanted + 1 : 0;
    return active === wanted && spare === 1 && stuck === 0 && children.length === processes;
  }

  /** What Node itself has said. */
  get stderr(): string {
    return this.#peer.stderr;
  }

  /** How its process ended, once it has. */
  get ended(): Promise<PeerEnd> {
    return this.#peer.ended;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#peer.pid !== undefined) process.kill(this.#peer.pid, signal);
  }

  /** Ends its process. */
  end(): Promise<void> {
    return this.#peer.stop();
  }

  async #do<Answer>(command: {
    readonly do: string;
    readonly [field: string]: unknown;
  }): Promise<Answer> {
    const id = ++this.#lastId;
    this.#peer.write(JSON.stringify({ ...command, id }));
    const line = await this.#peer.line((each) => each['event'] === 'answer' && each['id'] === id);
    if (line['error'] !== undefined) throw new Error(String(line['error']));
    return line['answer'] as Answer;
  }
}
