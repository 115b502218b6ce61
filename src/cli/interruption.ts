/** The signals that end what the command does. */
export const shutdownSignals = ['SIGINT', 'SIGTERM'] as const;

/** One of {@link shutdownSignals}. */
export type ShutdownSignal = (typeof shutdownSignals)[number];

/** A signal ended the command before it was done. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** As errors of the public API have one. */
  readonly code = 'ERR_GREENROOM_INTERRUPTED';
  readonly signal: ShutdownSignal;

  constructor(signal: ShutdownSignal) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/**
 * Runs `work` with an `AbortSignal` that the first SIGINT or SIGTERM aborts; a second one does what
 * it does to any process.
 *
 * @throws {@link Interrupted} when that has made `work` fail, else what `work` throws.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupting = new AbortController();
  const onSignal = (signal: ShutdownSignal): void => {
    off();
    interrupting.abort(new Interrupted(signal));
  };
  const off = (): void => {
    for (const name of shutdownSignals) process.off(name, onSignal);
  };
  for (const name of shutdownSignals) process.on(name, onSignal);
  try {
    return await work(interrupting.signal);
  } catch (error) {
    // The work fails with a word of its own for it, such as `CallCancelled`.
    throw interrupting.signal.aborted ? interrupting.signal.reason : error;
  } finally {
    off();
  }
}
