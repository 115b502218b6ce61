import type { Peer } from './peer.ts';
import { startPythonPeer } from './python.ts';

/** The settings of `test/interop/peers/client.py`. */
export interface PythonClientOptions {
  readonly url: string;
  /** The Python modules whose exceptions are raised as themselves instead of `RemoteError`. */
  readonly allowed_remote_exmods?: readonly string[];
  /** oslo.messaging's own options by section, such as `oslo_messaging_rabbit`. */
  readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly log_level?: string;
}

/** One call or cast, in oslo.messaging's words; times are seconds, as in Python. */
export interface PythonRequest {
  readonly target: {
    readonly exchange?: string;
    readonly topic: string;
    readonly server?: string;
    readonly fanout?: boolean;
    readonly namespace?: string;
    readonly version?: string;
  };
  readonly method: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly ctxt?: Readonly<Record<string, unknown>>;
  readonly timeout?: number;
  readonly call_monitor_timeout?: number;
  readonly retry?: number;
}

/** A call with what JSON can't carry to the process that makes it, or from there. */
export interface PythonCall extends PythonRequest {
  /** The name of what `test/interop/peers/peer_values.py` has for the argument `value`. */
  readonly value?: string;
  /** Whether the result is Python's `repr()` of what the method returned. */
  readonly repr?: boolean;
}

/** Many calls at once, each with a number of its own that the method has to return. */
export interface PythonRequests extends PythonRequest {
  readonly count: number;
  /** How many threads call at the same time; 10 unless told. */
  readonly concurrency?: number;
  /** The argument that takes the number; `value` unless told. */
  readonly argument?: string;
}

/** What a caller in Python saw of an exception. */
export interface PythonError {
  readonly class: string;
  readonly module: string;
  /** `str(error)`; of an exception that came from remote, its traceback follows the message. */
  readonly message: string;
  readonly args: readonly unknown[];
  /** The names of all classes that the exception is an instance of, with their modules. */
  readonly isinstance: readonly string[];
  /** Of a `RemoteError` only: the remote class, message and traceback. */
  readonly exc_type?: string;
  readonly value?: string;
  readonly traceback?: readonly string[];
  /** Of exceptions that carry keyword arguments. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** What came of a {@link PythonRequest}. */
export type PythonReply<Result = unknown> = { readonly ms: number } & (
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly error: PythonError }
);

/** How many of the {@link PythonRequests} were answered, and with what. */
export interface PythonCount {
  readonly matched: number;
  readonly mismatched: number;
  /** By the name of the exception's class. */
  readonly errors: Readonly<Record<string, number>>;
}

/** An oslo.messaging RPC client in a Python process of its own. */
export class PythonClient implements AsyncDisposable {
  readonly #peer: Peer;
  #lastId = 0;

  private constructor(peer: Peer) {
    this.#peer = peer;
  }

  static async start(options: PythonClientOptions): Promise<PythonClient> {
    return new PythonClient(await startPythonPeer('client.py', options));
  }

  /** What its log says so far. */
  get log(): string {
    return this.#peer.stderr;
  }

  /** Calls a method; never rejects for what the call came to, only when the process is lost. */
  call(request: PythonCall): Promise<PythonReply> {
    return this.#do('call', request);
  }

  /** Casts; `ok` once oslo.messaging has handed the message to the broker. */
  cast(request: PythonRequest): Promise<PythonReply> {
    return this.#do('cast', request);
  }

  /** Makes many calls at once and counts the answers. */
  calls(requests: PythonRequests, timeoutMs = 120_000): Promise<PythonReply<PythonCount>> {
    return this.#do('calls', requests, timeoutMs);
  }

  /** Waits for the commands that still run, then ends the process. */
  stop(): Promise<void> {
    return this.#peer.stop();
  }

  /** Ends it as a crash would; the calls that it waits for reject. */
  kill(): void {
    this.#peer.kill();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #do<Result>(
    op: 'call' | 'cast' | 'calls',
    request: PythonRequest,
    timeoutMs = 120_000,
  ): Promise<PythonReply<Result>> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#peer.write(JSON.stringify({ ...request, id, op }));
    // client.py prints lines of this shape for every command that it was given.
    const line: unknown = await this.#peer.line((candidate) => candidate['id'] === id, timeoutMs);
    return line as PythonReply<Result>;
  }
}
