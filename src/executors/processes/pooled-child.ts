import type { ChildProcess } from 'node:child_process';
import type { Tinypool, TinypoolChannel } from 'tinypool';

/** A child that Tinypool has started. */
export interface PooledChild {
  readonly process: ChildProcess;
  /** The channel of the task that it runs; absent before it has been given one. */
  readonly channel?: TinypoolChannel;
}

/**
 * The children that live in a pool.
 *
 * Tinypool says only that a child "exited unexpectedly" and kills it by a signal that it may ignore:
 * how it ended, its output and its end are to be had from Node's own object for it.
 */
export function childrenOf(pool: Tinypool): PooledChild[] {
  // Tinypool 2.2.0, `ProcessWorker`: its class has both, the type that it is declared with neither.
  return pool.threads as unknown as PooledChild[];
}
