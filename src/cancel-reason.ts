/**
 * Why a call is to stop before its method has ended.
 *
 * - `deadline`: the caller has stopped waiting, by the timeout that it sent along.
 * - `caller-gone`: the caller's reply queue does not exist any more.
 * - `cancelled`: the caller has cancelled its call.
 * - `draining`: the server is stopping, and its patience has run out.
 */
export const cancelReasons = ['deadline', 'caller-gone', 'cancelled', 'draining'] as const;

export type CancelReason = (typeof cancelReasons)[number];
