import { ExecutorLoadFailure, MessagingTimeout } from '../errors.ts';
import { cancelled, type WaitOptions } from '../waiting.ts';

/** Why a start failed; that its caller gave up counts for more than what that led to. */
export function startFailure(
  error: unknown,
  wait: WaitOptions,
  timeout: AbortSignal | undefined,
): Error {
  const what = 'the runtime to start';
  if (wait.signal?.aborted) return cancelled(what, wait.signal);
  if (!timeout?.aborted) return asError(error);
  return new MessagingTimeout(`timed out after ${wait.timeoutMs} ms waiting for ${what}`, {
    cause: error,
  });
}

/** What was thrown, as an error. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new ExecutorLoadFailure(String(error), { cause: error });
}
