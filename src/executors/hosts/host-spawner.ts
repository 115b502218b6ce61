import type { CancelReason } from '../../cancel-reason.ts';
import type { HostCrashed } from '../../errors.ts';
import type { FromHost, HostSetup, ToHost } from './host-protocol.ts';

/**
 * Owns the places that hosts live in: threads or child processes, one host each.
 *
 * All hosts run the same task for as long as they live (see `host-life.ts`); a spawner knows how one
 * is started, reached and killed, and nothing of what it does.
 */
export interface HostSpawner {
  /** Whether its hosts can be sent requests ahead, since those can be taken back. */
  readonly canTakeBack: boolean;
  /** Starts a host; it says `ready` or `load-failed` when its endpoints are loaded, or are not. */
  spawn(setup: HostSetup, onMessage: (message: FromHost) => void): SpawnedHost;
  /** Kills all that lives and lets go of everything. Idempotent. */
  destroy(): Promise<void>;
}

/** A host as those who spawned it have it. */
export interface SpawnedHost {
  /** Sends a message to it; does nothing when it has ended. */
  post(message: ToHost, transfer?: readonly ArrayBuffer[]): void;
  /** Says that a request is about to be posted to a place. */
  offer(place: number, id: number): void;
  /** Takes back a request that was posted; false when the host has begun it, or can't be asked. */
  takeBack(place: number, id: number): boolean;
  /**
   * Makes `ctx.aborted` true in the call that runs in a place, also while it never lets a message in;
   * `undefined` makes the place fit for its next call.
   */
  flag(place: number, reason: CancelReason | undefined): void;
  /** Terminates it, whatever it does. Idempotent. */
  kill(): void;
  /**
   * Settles when the host has ended: with how it crashed, or nothing after {@link kill} or when it
   * ended as it was told to. What it had posted before has been handed over by then.
   */
  readonly ended: Promise<HostCrashed | undefined>;
  /**
   * Settles when its thread or process has left the system: with {@link ended}, but for a thread that
   * was killed inside one native call, which lives on until that returns.
   */
  readonly gone: Promise<void>;
}
