import { setImmediate as nextTurn } from 'node:timers/promises';
import { orAborted } from '../or-aborted.ts';
import { FailedCalls } from './failed-calls.ts';
import { Latencies } from './latencies.ts';

/** What a {@link runLoad} does. */
export interface Load {
  /** Makes one call; rejects when that fails. */
  readonly call: () => Promise<unknown>;
  /** How many callers there are, each of which waits for its reply before it calls again. */
  readonly outstanding: number;
  /** How long calls are begun, in milliseconds; all that have begun are waited for. */
  readonly durationMs: number;
  /** Ends it at once: what is outstanding is left alone. */
  readonly signal: AbortSignal;
}

/** What came of a {@link Load}. */
export interface LoadReport {
  /** Of the calls that succeeded. */
  readonly latencies: Latencies;
  readonly failed: FailedCalls;
  /** From the first call to the last reply, in milliseconds. */
  readonly elapsedMs: number;
}

/**
 * Keeps so many calls outstanding for a while. Never rejects: failed calls are counted.
 *
 * Calls that began in time count although they end late: left out, the slowest would be missing.
 */
export async function runLoad({
  call,
  outstanding,
  durationMs,
  signal,
}: Load): Promise<LoadReport> {
  const latencies = new Latencies();
  const failed = new FailedCalls();
  const startAt = performance.now();
  let lastReplyAt = startAt;

  const caller = async (): Promise<void> => {
    while (!signal.aborted && performance.now() - startAt < durationMs) {
      const sentAt = performance.now();
      try {
        await call();
        // What ends now was given up, and the report has been made.
        if (signal.aborted) return;
        lastReplyAt = performance.now();
        latencies.record(lastReplyAt - sentAt);
      } catch (error) {
        if (signal.aborted) return;
        failed.add(error);
        // What fails without waiting for anything would let nothing else happen.
        await nextTurn();
      }
    }
  };

  const callers = Promise.all(Array.from({ length: outstanding }, caller));
  await orAborted(callers, signal);
  return { latencies, failed, elapsedMs: lastReplyAt - startAt };
}
