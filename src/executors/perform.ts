import type { RPCDispatcher } from '../dispatcher/rpc-dispatcher.ts';
import { CallCancelled, MalformedMessage } from '../errors.ts';
import { longestTimerMs } from '../waiting.ts';
import { isJsonContentType } from '../wire/envelope.ts';
import { type Failure, failureFrom } from '../wire/failure.ts';
import { type EncodedReply, encodeFailureReply, encodeReply } from '../wire/reply.ts';
import { decodeRequest, type Request } from '../wire/request.ts';
import type { Begun, Outcome, ReplyTo, Work } from './executor.ts';

/**
 * Takes one request from bytes to bytes: reads it, runs its method, writes the reply.
 *
 * This is what every executor runs, in whichever thread it dispatches. Never rejects.
 *
 * @param stopping - Aborts the call's `ctx.signal` when the place it runs in must go.
 */
export async function perform(
  dispatcher: RPCDispatcher,
  work: Work,
  stopping: AbortSignal,
  onBegin: (begun: Begun) => void,
): Promise<Outcome> {
  let request: Request;
  try {
    if (!isJsonContentType(work.contentType)) {
      throw new MalformedMessage(`content type '${work.contentType}' is not application/json`);
    }
    request = decodeRequest(work.body);
  } catch (error) {
    return { type: 'malformed', error: error as Error };
  }
  const begun: Begun = { method: String(request.method), replyTo: replyTo(request) };
  onBegin(begun);
  const outcome = await dispatchUntil(dispatcher, request, work.deadline, stopping);
  const failure = outcome.type === 'failure' ? failureFrom(outcome.error) : undefined;
  const expected = outcome.type === 'failure' && outcome.expected;
  if (begun.replyTo === undefined) {
    return { type: 'done', ...begun, reply: undefined, failure, expected };
  }
  const answer = encode(
    begun.replyTo.msgId,
    outcome.type === 'result' ? outcome.result : undefined,
    failure,
  );
  return { type: 'done', ...begun, ...answer, expected };
}

function replyTo(request: Request): ReplyTo | undefined {
  if (request.call === undefined) return undefined;
  const { msgId, replyQueue } = request.call;
  return { msgId, queue: typeof replyQueue === 'string' ? replyQueue : '' };
}

async function dispatchUntil(
  dispatcher: RPCDispatcher,
  request: Request,
  deadline: number | undefined,
  stopping: AbortSignal,
): Promise<Awaited<ReturnType<RPCDispatcher['dispatch']>>> {
  const controller = new AbortController();
  const onStop = (): void => controller.abort(stopping.reason);
  const onDeadline = (): void => {
    controller.abort(
      new CallCancelled('the caller has stopped waiting', { method: String(request.method) }),
    );
  };
  const timer =
    deadline === undefined
      ? undefined
      : setTimeout(onDeadline, Math.min(deadline - performance.now(), longestTimerMs));
  if (stopping.aborted) onStop();
  else stopping.addEventListener('abort', onStop);
  try {
    return await dispatcher.dispatch(request, { signal: controller.signal, deadline });
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', onStop);
  }
}

function encode(
  msgId: unknown,
  result: unknown,
  failure: Failure | undefined,
): { reply: EncodedReply; failure: Failure | undefined } {
  if (failure !== undefined) return { reply: encodeFailureReply({ msgId, failure }), failure };
  try {
    return { reply: encodeReply({ msgId, result }), failure };
  } catch (error) {
    // oslo.messaging sends nothing here and lets the caller time out (oslo-wire.md 1.6); we tell it.
    const unencodable = failureFrom(error);
    return { reply: encodeFailureReply({ msgId, failure: unencodable }), failure: unencodable };
  }
}
