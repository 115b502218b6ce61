import type { CancelReason } from '../cancel-reason.ts';
import { CallCancelled } from '../errors.ts';

/** Whether and why one call is to stop; where it runs decides how that is known. */
export interface Cancellation {
  /** Why the call is to stop, if it is. Cheap, and up to date in a thread that never rests. */
  readonly reason: CancelReason | undefined;
  /** Aborts with {@link callCancelled}, when the event loop turns. */
  readonly signal: AbortSignal;
}

const texts: Readonly<Record<CancelReason, string>> = {
  deadline: 'its deadline has passed',
  'caller-gone': 'its caller is gone',
  cancelled: 'its caller has cancelled it',
  draining: 'the server is stopping',
};

/** The error that a cancelled call ends with: its signal's reason, and what its caller is told. */
export function callCancelled(reason: CancelReason, method: string, msgId?: string): CallCancelled {
  return new CallCancelled(`call of ${method} was cancelled: ${texts[reason]}`, {
    method,
    reason,
    ...(msgId !== undefined && { msgId }),
  });
}
