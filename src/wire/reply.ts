import { type BodyOptions, openEnvelope, sealEnvelope } from './envelope.ts';
import { decodeFailure, encodeFailure, type Failure } from './failure.ts';
import { newId } from './ids.ts';
import { stringifyJson } from './python-json.ts';

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
}

/**
 * Encodes the reply of a method that returned.
 *
 * @throws TypeError when the result has no form on the wire; answer with that error as a failure.
 */
export function encodeReply({ msgId, result }: { msgId: unknown; result: unknown }): EncodedReply {
  return encode({ result, failure: null, ending: true, msgId });
}

/** Encodes the reply of a method that failed, or was not found; never throws. */
export function encodeFailureReply({
  msgId,
  failure,
}: {
  msgId: unknown;
  failure: Failure;
}): EncodedReply {
  // A string of JSON inside the JSON: anything else breaks the caller (oslo-wire.md 1.3).
  return encode({ result: null, failure: encodeFailure(failure), ending: true, msgId });
}

/** Encodes the message that tells a caller that its call is still being worked on. */
export function encodeKeepAlive({ msgId }: { msgId: unknown }): EncodedReply {
  return encode({ result: null, failure: null, ending: false, msgId });
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
  const { result = null, failure, ending, _msg_id: msgId } = openEnvelope(body, options);
  return {
    msgId,
    ending: Boolean(ending),
    result,
    failure: failure ? decodeFailure(failure) : undefined,
  };
}

interface Fields {
  readonly result: unknown;
  readonly failure: string | null;
  readonly ending: boolean;
  readonly msgId: unknown;
}

function encode({ result, failure, ending, msgId }: Fields): EncodedReply {
  const uniqueId = newId();
  const message = { result, failure, ending, _msg_id: msgId, _unique_id: uniqueId };
  return { body: sealEnvelope(stringifyJson(message)), uniqueId };
}
