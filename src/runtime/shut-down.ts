import type { Executor } from '../executors/executor.ts';
import type { Log } from '../log.ts';
import { pause } from '../waiting.ts';
import type { Servers } from './servers.ts';

/** What is shut down, and with how much patience. */
export interface ShutDownOptions {
  /** Absent when it was never made. */
  readonly servers: Servers | undefined;
  readonly executor: Executor | undefined;
  /** How long what runs may take to end, in milliseconds. */
  readonly timeoutMs: number;
  /** How much of that is left when methods are asked to stop, in milliseconds; a tenth of it at the most. */
  readonly cancelGraceMs: number;
  /** Ends the patience. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Ends what a runtime has running, in the order of a message: nothing more in, what runs out, then
 * everything shut behind it. Never rejects: one thing that will not close must not keep the rest open.
 */
export async function shutDown(options: ShutDownOptions): Promise<void> {
  const { servers, executor, log } = options;
  const steps: readonly (() => unknown)[] = [
    () => servers?.stopTaking(),
    () => finish(options),
    () => executor?.stop(),
    () => servers?.flush(),
    () => servers?.closeListeners(),
    () => servers?.closeTransport(),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, 'a step of the drain failed');
    }
  }
}

/** Waits for what runs, no longer than the grace lasts; towards its end, methods are asked to stop. */
async function finish({ servers, timeoutMs, signal, ...options }: ShutDownOptions): Promise<void> {
  const grace = new AbortController();
  const endGrace = (): void => grace.abort();
  if (signal.aborted) endGrace();
  else signal.addEventListener('abort', endGrace, { once: true });
  const cancelGraceMs = Math.min(options.cancelGraceMs, timeoutMs / 10);
  const idle = servers?.idle().then(endGrace);
  await pause(timeoutMs - cancelGraceMs, grace.signal);
  servers?.cancelAll('draining');
  await Promise.race([idle, pause(cancelGraceMs, grace.signal)]);
  endGrace();
}
