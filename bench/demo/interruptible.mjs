/** Why the demo ended early: somebody pressed Ctrl-C, or the like. */
export class DemoInterrupted extends Error {
  /** @param {'SIGINT' | 'SIGTERM'} signalName */
  constructor(signalName) {
    super(`interrupted by ${signalName}`);
    /** What a shell expects of a program that a signal has ended. */
    this.exitCode = signalName === 'SIGINT' ? 130 : 143;
  }
}

/**
 * Runs something that SIGINT and SIGTERM abort with a {@link DemoInterrupted}.
 *
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} main Rejects with the signal's reason when aborted.
 * @returns {Promise<T>}
 */
export async function interruptible(main) {
  const interruption = new AbortController();
  const onSignal = (name) => interruption.abort(new DemoInterrupted(name));
  // Once: a second Ctrl-C does what it does to any program.
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    return await main(interruption.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
