import { setMaxListeners } from 'node:events';
import { CallCancelled, type MessagingErrorOptions, MessagingTimeout } from './errors.ts';

/** How long the caller is willing to wait; every wait of the public API takes these. */
export interface WaitOptions {
  /** Milliseconds; when they have passed the wait ends with {@link MessagingTimeout}. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait with {@link CallCancelled}, whose `cause` is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The longest delay that Node's timers can hold; they fire at once for more. */
export const longestTimerMs = 2_147_483_647;

/**
 * Waits for a promise no longer than the caller is willing to.
 *
 * The promise itself goes on: the caller of this function owns what becomes of it, and a rejection
 * that comes after the wait has ended is not reported as unhandled.
 *
 * @param what - Completes the sentence `timed out after N ms waiting for …`.
 * @throws {@link MessagingTimeout} after `timeoutMs`; {@link CallCancelled} when `signal` aborts.
 */
export function waitFor<T>(
  promise: Promise<T>,
  what: string,
  { timeoutMs, signal }: WaitOptions,
  about: MessagingErrorOptions = {},
): Promise<T> {
  if (timeoutMs === undefined && signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    let ignoreSignal = (): void => {};
    const settle = (): void => {
      clearTimeout(timer);
      ignoreSignal();
    };
    const cancel = (): void => {
      settle();
      reject(cancelled(what, signal, about));
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(
            () => {
              settle();
              reject(
                new MessagingTimeout(`timed out after ${timeoutMs} ms waiting for ${what}`, about),
              );
            },
            Math.min(Math.max(timeoutMs, 0), longestTimerMs),
          );
    promise.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
    if (signal?.aborted) return cancel();
    if (signal !== undefined) ignoreSignal = onAbort(signal, cancel);
  });
}

/**
 * Does something when a signal aborts; not when it has aborted already. Many waits may share one
 * signal, which Node would report as a leak from the eleventh on: each has to end this when it ends.
 *
 * @returns What ends it.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', action, { once: true });
  return () => signal.removeEventListener('abort', action);
}

/** The error of a wait that its signal ended. */
export function cancelled(
  what: string,
  signal: AbortSignal | undefined,
  about: MessagingErrorOptions = {},
): CallCancelled {
  return new CallCancelled(`cancelled while waiting for ${what}`, {
    ...about,
    cause: signal?.reason,
  });
}

/**
 * A promise with its two ends in hand; Node 20 lacks `Promise.withResolvers`.
 *
 * A class, as all is that lives as long as a message: where literals outlive some collections in a row,
 * V8 makes them old from the start, and what they point to with them.
 */
export class Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;

  constructor() {
    let resolve!: (value: T) => void;
    let reject!: (error: unknown) => void;
    this.promise = new Promise<T>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** Makes a {@link Deferred}. */
export function deferred<T>(): Deferred<T> {
  return new Deferred();
}

/** Resolves after a while, or at once when the signal aborts; never rejects and owns its timer. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    let ignoreSignal = (): void => {};
    const done = (): void => {
      clearTimeout(timer);
      ignoreSignal();
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, longestTimerMs));
    if (signal !== undefined) ignoreSignal = onAbort(signal, done);
  });
}
