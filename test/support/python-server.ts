import type { Peer } from './peer.ts';
import { startPythonPeer } from './python.ts';

/** The settings of `test/interop/peers/server.py`. */
export interface PythonServerOptions {
  readonly url: string;
  readonly topic: string;
  readonly server: string;
  readonly exchange?: string;
  /** The first endpoint's namespace; none unless told. The second one's is `control`. */
  readonly namespace?: string;
  /** The first endpoint's version, `1.5` unless told. The second one's is `2.1`. */
  readonly version?: string;
  /** oslo.messaging's own options by section, such as `oslo_messaging_rabbit`. */
  readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What Python's logging shows on {@link Peer.stderr}; `WARNING` unless told. */
  readonly log_level?: string;
}

/** An oslo.messaging RPC server in a Python process of its own. */
export class PythonServer implements AsyncDisposable {
  readonly #peer: Peer;

  private constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** Resolves when its queues are bound: nothing that is sent from then on is lost. */
  static async start(options: PythonServerOptions): Promise<PythonServer> {
    return new PythonServer(await startPythonPeer('server.py', options));
  }

  /** What its log says so far. */
  get log(): string {
    return this.#peer.stderr;
  }

  /** The arguments of the first `count` calls or casts of `note`, as soon as they have come. */
  async notes(count: number, timeoutMs?: number): Promise<readonly unknown[]> {
    const lines = await this.#peer.atLeast(count, (line) => line['event'] === 'note', timeoutMs);
    return lines.map((line) => line['value']);
  }

  /** Stops it in order and returns all that `note` was ever given. */
  async stop(): Promise<readonly unknown[]> {
    await this.#peer.stop();
    const [stopped] = this.#peer.lines((line) => line['event'] === 'stopped');
    return Array.isArray(stopped?.['notes']) ? stopped['notes'] : [];
  }

  /** Ends it as a crash would. */
  kill(): void {
    this.#peer.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
