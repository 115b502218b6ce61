import { shownValue } from '../../log.ts';
import type { Failure } from '../../wire/failure.ts';
import type { Begun, ReplyTo } from '../executor.ts';
import type { Performed } from '../perform.ts';
import type { HostOutcome } from './host-protocol.ts';

/** How much of a text crosses that is only for the log. */
const maxLoggedLength = 8_192;

/** Makes what is known of a request fit to cross, whatever its sender wrote into it. */
export function portableBegun({ method, uniqueId, replyTo, keepAliveMs }: Begun): Begun {
  return { method, uniqueId, replyTo: portableReplyTo(replyTo), keepAliveMs };
}

/** Makes an outcome fit to cross; the reply's body is the caller's to see to. */
export function portable(outcome: Performed): HostOutcome {
  if (outcome.type === 'refused') return outcome;
  if (outcome.type !== 'done') return { type: 'malformed', message: outcome.error.message };
  const { reply, failure, expected, notifications } = outcome;
  return {
    type: 'done',
    reply,
    failure: failure && portableFailure(failure),
    expected,
    notifications,
  };
}

/**
 * The reply that a host writes has the id as it came. Outside it is needed for keep-alives and the
 * log, and one that is no plain value, which nobody sends, could cost the runtime's thread seconds.
 */
function portableReplyTo(replyTo: ReplyTo | undefined): ReplyTo | undefined {
  if (replyTo === undefined) return undefined;
  const { queue, msgId } = replyTo;
  const isLarge = typeof msgId === 'string' && msgId.length > maxLoggedLength;
  const isPlain = typeof msgId !== 'object' && !isLarge;
  return { queue, msgId: isPlain ? msgId : shownValue(msgId) };
}

/** The arguments stay: the runtime only logs the failure, and they may not be clonable. */
function portableFailure(failure: Failure): Failure {
  const message = failure.message.slice(0, maxLoggedLength);
  const tb = [failure.tb.join('').slice(0, maxLoggedLength)];
  return { ...failure, message, tb, args: [], kwargs: {} };
}
