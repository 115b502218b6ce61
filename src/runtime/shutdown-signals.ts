/** What can be shut down by a signal. */
export interface Stoppable {
  /** The first signal; a later call is answered with the first. */
  drain(): Promise<{ readonly abandoned: number }>;
  /** The second. */
  stop(options: { readonly graceMs: number }): Promise<void>;
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
type ShutdownSignal = keyof typeof signalNumbers;

/**
 * Drains on the first SIGTERM or SIGINT and stops at once on the second; a third does what it does
 * to any process. When work was abandoned the process's exit code becomes 128 and the signal's number.
 *
 * @returns What takes the listeners off again.
 */
export function listenForShutdown(stoppable: Stoppable): () => void {
  let received = 0;
  const onSignal = (signal: ShutdownSignal): void => {
    received++;
    if (received > 1) {
      off();
      void stoppable.stop({ graceMs: 0 });
    }
    void stoppable.drain().then(({ abandoned }) => {
      if (abandoned > 0) process.exitCode = 128 + signalNumbers[signal];
    });
  };
  const off = (): void => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return off;
}
