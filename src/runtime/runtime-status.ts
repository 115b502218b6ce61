import { Changes } from '../changes.ts';
import type { ConnectionChange, ConnectionStatus } from '../driver/connection-status.ts';
import type { Transport } from '../driver/transport.ts';

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

/** A runtime and its connections, as they were at one moment. */
export interface RuntimeStatus {
  readonly state: RuntimeState;
  /** When it came to that state, in milliseconds since 1970 (`Date.now()`). */
  readonly since: number;
  /** Those of its transport, which others may use as well; none before the start. */
  readonly connections: readonly ConnectionStatus[];
}

/** The runtime, or one of its connections, has come to another state. */
export type StatusChange =
  | { readonly type: 'runtime'; readonly state: RuntimeState; readonly since: number }
  | ConnectionChange;

/** Keeps the status of a runtime, and tells what changes. */
export class StatusBoard {
  readonly #changes = new Changes<StatusChange>();
  readonly #over = new AbortController();
  #state: RuntimeState = 'idle';
  #since = Date.now();
  #transport: Transport | undefined;

  get state(): RuntimeState {
    return this.#state;
  }

  get current(): RuntimeStatus {
    const connections = this.#transport?.status ?? [];
    return { state: this.#state, since: this.#since, connections };
  }

  /** Reads changes from now on; ends with the signal, or when the runtime has ended. */
  changes(signal?: AbortSignal): AsyncGenerator<StatusChange, void, void> {
    return this.#changes.read(signal);
  }

  become(state: RuntimeState): void {
    this.#state = state;
    this.#since = Date.now();
    this.#changes.tell({ type: 'runtime', state, since: this.#since });
    if (state !== 'stopped' && state !== 'failed') return;
    this.#over.abort();
    this.#changes.end();
  }

  /** Has the transport's connections belong to the runtime's status. */
  watch(transport: Transport): void {
    this.#transport = transport;
    void this.#forward(transport);
  }

  async #forward(transport: Transport): Promise<void> {
    const { signal } = this.#over;
    for await (const change of transport.statusChanges({ signal })) this.#changes.tell(change);
  }
}
