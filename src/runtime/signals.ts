import { type Log, shortened } from '../log.ts';

/** What signals are about: a runtime. */
export interface Signalled {
  /** Present for those that can {@link reload}; `stuck` counts threads that only the process's end ends. */
  readonly hosts: { readonly stuck: number } | undefined;
  /** The first SIGTERM or SIGINT; a later call is answered with the first. */
  drain(): Promise<{ readonly abandoned: number }>;
  /** The second. */
  stop(options: { readonly graceMs: number }): Promise<void>;
  /** SIGHUP. */
  reload(): Promise<void>;
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;
type ShutdownSignal = keyof typeof signalNumbers;

/** For what is to be done when all is closed: the last lines of a log, say. */
const beforeKillMs = 200;

/**
 * Drains on the first SIGTERM or SIGINT and stops at once on the second; a third does what it does
 * to any process. When work was abandoned the process's exit code becomes 128 and the signal's number.
 * SIGHUP reloads the endpoints, where there are hosts; elsewhere it is left alone.
 *
 * @returns What takes the listeners off again.
 */
export function listenForSignals(runtime: Signalled, log: Log): () => void {
  let received = 0;
  const onShutdown = (signal: ShutdownSignal): void => {
    received++;
    if (received > 1) {
      off();
      void runtime.stop({ graceMs: 0 });
    }
    void runtime.drain().then(({ abandoned }) => {
      if (abandoned > 0) process.exitCode = 128 + signalNumbers[signal];
      killIfStuck(runtime, log);
    });
  };
  const onReload = (): void => {
    log.info({}, 'reloading the endpoints');
    runtime.reload().then(
      () => log.info({}, 'reloaded the endpoints'),
      (error: Error) => {
        log.error({ reason: shortened(error.message) }, 'the endpoints could not be reloaded');
      },
    );
  };
  const off = (): void => {
    process.off('SIGINT', onShutdown);
    process.off('SIGTERM', onShutdown);
    process.off('SIGHUP', onReload);
  };
  process.on('SIGINT', onShutdown);
  process.on('SIGTERM', onShutdown);
  if (runtime.hosts !== undefined) process.on('SIGHUP', onReload);
  return off;
}

/** A thread inside a native call keeps the process from ending, `process.exit()` included. */
function killIfStuck(runtime: Signalled, log: Log): void {
  const stuck = (): number => runtime.hosts?.stuck ?? 0;
  if (stuck() === 0) return;
  log.error({ stuck: stuck() }, 'killing the process: threads are stuck inside native calls');
  setTimeout(() => {
    // One that has left after all keeps nothing.
    if (stuck() > 0) process.kill(process.pid, 'SIGKILL');
  }, beforeKillMs);
}
