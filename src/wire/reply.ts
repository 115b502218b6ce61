import type { BodyFormat } from './body-format.ts';
import { cancelQueueKey, cancelQueueOf } from './cancellation.ts';
import { type BodyOptions, openEnvelope, sealMessage } from './envelope.ts';
import { decodeFailure, encodeFailure, type Failure, withoutArguments } from './failure.ts';
import { newId } from './ids.ts';

/** A reply ready to be sent, with the `_unique_id` it was given. */
export interface EncodedReply {
  readonly body: Buffer;
  readonly uniqueId: string;
}

/**
 * One message that came to a reply queue.
 *
 * A failure wins over a result. Only a message with `ending` ends the call; servers before 4.0 send
 * the result in one without it, and then a second one that is empty and ends the call.
 * Source: oslo-wire.md 10 and 21.
 */
export interface Reply {
  /** The call it belongs to, as it stands there, which may be no string. */
  readonly msgId: unknown;
  /** Whether it is the last message to the call. */
  readonly ending: boolean;
  /** The method's result; `null` when there is none. */
  readonly result: unknown;
  readonly failure: Failure | undefined;
  /** Where the server that runs the call takes its cancellation; see `cancellation.ts`. */
  readonly cancelQueue?: string | undefined;
}

/**
 * Encodes the reply of a method that returned.
 *
 * @throws TypeError when the result has no form on the wire; answer with that error as a failure.
 */
export function encodeReply(
  { msgId, result }: { msgId: unknown; result: unknown },
  format: BodyFormat = 'json',
): EncodedReply {
  return encode(result, null, true, msgId, format);
}

/**
 * Encodes the reply of a method that failed, or was not found; never throws.
 *
 * Arguments that have no form on the wire are left out, see {@link encodeFailure}.
 */
export function encodeFailureReply(
  { msgId, failure }: { msgId: unknown; failure: Failure },
  format: BodyFormat = 'json',
): EncodedReply {
  // A string of JSON inside the JSON: anything else breaks the caller (oslo-wire.md 1.3).
  if (format === 'json') return encode(null, encodeFailure(failure), true, msgId, format);
  try {
    return encode(null, failure, true, msgId, format);
  } catch {
    return encode(null, withoutArguments(failure), true, msgId, format);
  }
}

/** Encodes the message that tells a caller that its call is still being worked on, always as JSON. */
export function encodeKeepAlive({ msgId }: { msgId: unknown }): EncodedReply {
  return encode(null, null, false, msgId, 'json');
}

/**
 * Encodes the keep-alive that tells a caller where it can cancel its call; only for one that has asked.
 *
 * @param queue - The reply queue of the process that runs the call. See `cancellation.ts`.
 */
export function encodeCancelNote({ msgId, queue }: { msgId: string; queue: string }): EncodedReply {
  return encode(null, null, false, msgId, 'json', { [cancelQueueKey]: queue });
}

/**
 * Decodes a message from a reply queue.
 *
 * Takes what Python takes and some more: a missing `result` is null, a missing, null or empty
 * `failure` is none, and any truthy `ending` ends the call. Source: oslo-wire.md 10.
 *
 * @throws {@link MalformedMessage} when the body is no message.
 */
export function decodeReply(body: Uint8Array, options: BodyOptions = {}): Reply {
  const message = openEnvelope(body, options);
  const { result = null, failure, ending, _msg_id: msgId } = message;
  return {
    msgId,
    ending: Boolean(ending),
    result,
    failure: failure ? decodeFailure(failure) : undefined,
    cancelQueue: cancelQueueOf(message[cancelQueueKey]),
  };
}

function encode(
  result: unknown,
  failure: Failure | string | null,
  ending: boolean,
  msgId: unknown,
  format: BodyFormat,
  more?: object,
): EncodedReply {
  const uniqueId = newId();
  const message = { result, failure, ending, _msg_id: msgId, _unique_id: uniqueId };
  if (more !== undefined) Object.assign(message, more);
  return { body: sealMessage(message, format), uniqueId };
}
