import {
  connect,
  MessageDeliveryFailure,
  MessagingTimeout,
  type Transport,
  type TransportOptions,
} from '../index.ts';
import { formatDuration } from './durations.ts';

/** How a command that somebody waits for connects. */
export interface ReachOptions extends TransportOptions {
  /** How often every host is tried again. */
  readonly retries: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Connects within the timeout; a broker that lets us wait that long counts as not to be reached.
 *
 * @throws MessageDeliveryFailure then, and else as `connect` does.
 */
export async function reach(
  url: string,
  { retries, timeoutMs, signal, rabbit, ...options }: ReachOptions,
): Promise<Transport> {
  const patient = {
    ...rabbit,
    connectRetries: retries,
    // Nothing is left to lose by then, and somebody waits.
    closeTimeoutMs: 500,
  };
  try {
    return await connect(url, { ...options, rabbit: patient, timeoutMs, signal });
  } catch (cause) {
    if (!(cause instanceof MessagingTimeout)) throw cause;
    const patience = formatDuration(timeoutMs);
    throw new MessageDeliveryFailure(`could not connect to the broker within ${patience}`, {
      cause,
    });
  }
}
