import { constants } from 'node:os';
import {
  InvalidOptionError,
  InvalidTarget,
  InvalidTransportURL,
  MessageDeliveryFailure,
  MessagingTimeout,
  RemoteError,
} from '../index.ts';
import { Interrupted } from './interruption.ts';
import { UsageError } from './usage-error.ts';

/** What the command tells a script; a signal adds 128 and its number. */
export const exitCodes = {
  failure: 1,
  usage: 2,
  remote: 3,
  /** `EX_UNAVAILABLE` of sysexits.h. */
  unreachable: 69,
  /** As timeout(1) has it. */
  timeout: 124,
} as const;

/** The exit code for what went wrong. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return 128 + constants.signals[error.signal];
  if (error instanceof RemoteError) return exitCodes.remote;
  if (error instanceof MessageDeliveryFailure) return exitCodes.unreachable;
  if (error instanceof MessagingTimeout) return exitCodes.timeout;
  if (isUsage(error)) return exitCodes.usage;
  // What was closed says in its cause why it had to be.
  if (error instanceof Error && error.cause instanceof MessageDeliveryFailure) {
    return exitCodes.unreachable;
  }
  return exitCodes.failure;
}

function isUsage(error: unknown): boolean {
  return (
    error instanceof UsageError ||
    error instanceof InvalidOptionError ||
    error instanceof InvalidTransportURL ||
    error instanceof InvalidTarget
  );
}
