import { Changes } from '../changes.ts';
import { shortened } from '../log.ts';

/** What a connection is for: to listen and acknowledge, to send, or to take replies. */
export type ConnectionRole = 'listen' | 'send' | 'reply';

/**
 * Where a connection is in its life.
 *
 * - `connecting`: there is none that could be used; one is being made, or waited for.
 * - `connected`: usable, with its topology declared and its consumers confirmed.
 * - `blocked`: as `connected`, but the broker takes no messages on it: it is short of memory or disk.
 * - `closed`: not wanted any more, or the first connection could not be made; `lastError` tells them apart.
 */
export type ConnectionState = 'connecting' | 'connected' | 'blocked' | 'closed';

/** One connection to the broker, as it was at one moment. */
export interface ConnectionStatus {
  readonly role: ConnectionRole;
  readonly state: ConnectionState;
  /** When it came to that state, in milliseconds since 1970 (`Date.now()`). */
  readonly since: number;
  /** `name:port` of the host that it is connected to, or was last; absent before the first. */
  readonly host: string | undefined;
  /** How many attempts have failed since it was last connected. */
  readonly attempts: number;
  /** Why the last attempt failed, or the last connection was lost or blocked; absent once connected. */
  readonly lastError: string | undefined;
}

/** A connection has come to another state. */
export interface ConnectionChange {
  readonly type: 'connection';
  readonly connection: ConnectionStatus;
}

/** Keeps the status of every connection that a driver wants to have. */
export class ConnectionStatuses {
  readonly #current = new Set<StatusKeeper>();
  readonly #changes = new Changes<ConnectionChange>();

  /** Every connection that is wanted, in the order in which they were first needed. */
  get all(): readonly ConnectionStatus[] {
    return [...this.#current].map(({ current }) => current);
  }

  /** Reads changes from now on; ends with the signal, or when the driver closes. */
  changes(signal?: AbortSignal): AsyncGenerator<ConnectionChange, void, void> {
    return this.#changes.read(signal);
  }

  /** Makes what keeps the status of one connection, which is not listed before it is wanted. */
  keep(role: ConnectionRole): StatusKeeper {
    return new StatusKeeper(role, (keeper) => {
      // One that its owner closed is listed no longer; one that could not be made may be wanted again.
      if (keeper.isOver) this.#current.delete(keeper);
      else this.#current.add(keeper);
      this.#changes.tell({ type: 'connection', connection: keeper.current });
    });
  }

  /** Nothing will change any more. */
  end(): void {
    this.#changes.end();
  }
}

/** Keeps the status of one connection. */
export class StatusKeeper {
  readonly #onChange: (keeper: StatusKeeper) => void;
  #current: ConnectionStatus;
  #isOver = false;

  constructor(role: ConnectionRole, onChange: (keeper: StatusKeeper) => void) {
    this.#onChange = onChange;
    const nothing = { host: undefined, attempts: 0, lastError: undefined };
    this.#current = { role, state: 'closed', since: Date.now(), ...nothing };
  }

  get current(): ConnectionStatus {
    return this.#current;
  }

  /** Whether its owner has closed the connection. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** A connection is wanted: the first, or another because `reason` ended the one before. */
  connecting(reason?: Error): void {
    this.#become({ state: 'connecting', lastError: reason && shortened(reason.message) });
  }

  /** An attempt has failed; no other state. */
  failed(host: string, reason: string): void {
    const attempts = this.#current.attempts + 1;
    this.#current = { ...this.#current, host, attempts, lastError: shortened(reason) };
  }

  connected(host: string): void {
    this.#become({ state: 'connected', host, attempts: 0, lastError: undefined });
  }

  /** The broker takes no messages, for this reason, or takes them again when there is none. */
  blocked(reason: string | undefined): void {
    const state = reason === undefined ? 'connected' : 'blocked';
    this.#become({ state, lastError: reason && shortened(reason) });
  }

  /** The first connection could not be made. */
  gaveUp(reason: Error): void {
    this.#become({ state: 'closed', lastError: shortened(reason.message) });
  }

  /** Its owner wants it no longer. */
  closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#become({ state: 'closed', lastError: undefined });
  }

  #become(change: Partial<ConnectionStatus>): void {
    this.#current = { ...this.#current, since: Date.now(), ...change };
    this.#onChange(this);
  }
}
