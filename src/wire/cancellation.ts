/**
 * How a Greenroom caller cancels its call on a Greenroom server. Nothing of it is in oslo.messaging's
 * wire: a caller that may cancel says so in a header, and only such a one is ever answered with more
 * than Python would send.
 *
 * 1. The request of a call that may be cancelled has the header `greenroom-cancellable: 1`.
 * 2. The server that runs it sends a keep-alive with the key `greenroom_cancel_queue`: the name of the
 *    reply queue of this very process (see `encodeCancelNote`).
 * 3. To cancel, the caller publishes there an empty JSON object, of which nothing is read, with the
 *    header `greenroom-cancel: <_msg_id>`.
 *
 * An id of a call that is not run there does nothing. Ids are 122 random bits, and only the caller,
 * the server and the broker know them.
 */

const cancellableHeader = 'greenroom-cancellable';
const cancelHeader = 'greenroom-cancel';

/** Longer ids are none of ours. */
const maxIdLength = 128;

/** The key of a keep-alive that says where its call is cancelled. */
export const cancelQueueKey = 'greenroom_cancel_queue';

/** The headers of a request that its caller may cancel. */
export const cancellableHeaders: Readonly<Record<string, string>> = Object.freeze({
  [cancellableHeader]: '1',
});

/** A message that cancels a call, as the driver takes it. */
export interface Cancellation {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes the message that cancels a call. */
export function cancellationOf(msgId: string): Cancellation {
  return { body: Buffer.from('{}'), headers: { [cancelHeader]: msgId } };
}

/** Whether a request's headers say that its caller may cancel it. */
export function isCancellable(headers: Readonly<Record<string, unknown>>): boolean {
  return textIn(headers, cancellableHeader) === '1';
}

/** The `_msg_id` of the call that a message cancels; nothing when it is no cancellation. No parse. */
export function cancellationIn(headers: Readonly<Record<string, unknown>>): string | undefined {
  const msgId = textIn(headers, cancelHeader);
  return msgId === '' || (msgId?.length ?? 0) > maxIdLength ? undefined : msgId;
}

/**
 * The queue that a keep-alive names, or nothing when it is no reply queue: the server chooses the name,
 * and by naming another it would have the caller write where it may not.
 *
 * @param value - What stands under {@link cancelQueueKey}.
 */
export function cancelQueueOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^reply_[\x20-\x7e]{1,249}$/.test(value) ? value : undefined;
}

function textIn(headers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  // Only an own key was sent: amqplib has a header named `__proto__` set the table's prototype.
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
