import { MessagingTimeout } from '../errors.ts';
import type { ConnectionStatus } from './connection-status.ts';

/**
 * Says, in an error of a wait that was over too soon, what is the matter with the connections, if
 * anything is: whoever reads that a reply did not come looks for the fault in the server first.
 */
export function withTrouble(error: unknown, connections: readonly ConnectionStatus[]): unknown {
  if (!(error instanceof MessagingTimeout)) return error;
  const troubled = connections.find(
    ({ role, state }) => role !== 'listen' && (state === 'connecting' || state === 'blocked'),
  );
  if (troubled === undefined) return error;
  const { target, method, msgId, cause } = error;
  return new MessagingTimeout(`${error.message}; ${troubleOf(troubled)}`, {
    ...(target !== undefined && { target }),
    ...(method !== undefined && { method }),
    ...(msgId !== undefined && { msgId }),
    cause,
  });
}

/** What is the matter with a connection, in words. */
export function troubleOf({ state, host, since, lastError }: ConnectionStatus): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  const where = host === undefined ? 'the broker' : `the broker at ${host}`;
  const why = lastError === undefined ? '' : ` (${lastError})`;
  if (state === 'blocked') return `${where} has taken no messages for ${seconds} s${why}`;
  return `there has been no connection to ${where} for ${seconds} s${why}`;
}
