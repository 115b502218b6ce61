import { MalformedMessage } from '../errors.ts';
import type { BodyFormat } from './body-format.ts';
import { addContext, contextOf } from './context-keys.ts';
import { type BodyOptions, openEnvelope, sealMessage } from './envelope.ts';
import { uniqueIdOf } from './ids.ts';

/**
 * A request: what is called, with what, and where the answer goes.
 *
 * A peer may send any JSON where we would send text, and what is answered to that is the
 * dispatcher's to say, so such fields are `unknown`; `undefined` means that the key was absent.
 * Source: oslo-wire.md 6.
 */
export interface Request {
  /** The method's name; other JSON, or `undefined`, from an odd peer. */
  readonly method: unknown;
  /** An object of named arguments; other JSON from an odd peer. */
  readonly args: unknown;
  /** Absent means the null namespace, `''` is a namespace of its own. */
  readonly namespace?: unknown;
  /** Absent means `1.0`. */
  readonly version?: unknown;
  /** What the caller sent along, without the wire's prefix. */
  readonly context: Readonly<Record<string, unknown>>;
  /** New for each send; a duplicate delivery is recognised by it. */
  readonly uniqueId?: string | undefined;
  /** Where the answer goes; absent for a cast. */
  readonly call?: CallInfo | undefined;
}

/** What makes a request a call. */
export interface CallInfo {
  /** Comes back in the reply as it is. */
  readonly msgId: unknown;
  /** The caller's reply queue. */
  readonly replyQueue: unknown;
  /**
   * The caller's `call_monitor_timeout`, in **seconds** as on the wire: it wants a keep-alive at least
   * that often. `null` or absent when it wants none.
   */
  readonly monitorTimeout?: unknown;
}

/**
 * Encodes a request, in the order of keys that oslo.messaging uses.
 *
 * What is not set has no key, but for `_timeout`, which every call carries. Source: oslo-wire.md 6.
 *
 * @throws TypeError when an argument or a context value has no form on the wire.
 */
export function encodeRequest(request: Request, format: BodyFormat = 'json'): Buffer {
  const message: Record<string, unknown> = { method: request.method, args: request.args ?? {} };
  if (request.namespace !== undefined) message['namespace'] = request.namespace;
  if (request.version !== undefined) message['version'] = request.version;
  if (request.call !== undefined) {
    message['_msg_id'] = request.call.msgId;
    message['_reply_q'] = request.call.replyQueue;
    message['_timeout'] = request.call.monitorTimeout ?? null;
  }
  if (request.uniqueId !== undefined) message['_unique_id'] = request.uniqueId;
  addContext(message, request.context);
  return sealMessage(message, format);
}

/**
 * Decodes a request; keys that it does not know are ignored.
 *
 * Without a `_msg_id`, or with an empty one, it is a cast, whatever the other keys say.
 * Source: oslo-wire.md 6.
 *
 * @throws {@link MalformedMessage} when the body is no message.
 */
export function decodeRequest(body: Uint8Array, options: BodyOptions = {}): Request {
  const message = openEnvelope(body, options);
  const { method, args = {}, namespace, version, _msg_id: msgId } = message;
  // Only ours write MessagePack, and they send text. A keep-alive in JSON has to be able to repeat it.
  if (options.format === 'msgpack' && msgId && typeof msgId !== 'string') {
    throw new MalformedMessage('_msg_id is no text');
  }
  return {
    method,
    args,
    namespace: namespace ?? undefined,
    version,
    context: contextOf(message),
    uniqueId: uniqueIdOf(message['_unique_id']),
    call: msgId
      ? { msgId, replyQueue: message['_reply_q'], monitorTimeout: message['_timeout'] }
      : undefined,
  };
}
