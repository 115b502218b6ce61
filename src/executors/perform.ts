import type { RPCDispatcher } from '../dispatcher/rpc-dispatcher.ts';
import { MalformedMessage } from '../errors.ts';
import { shownValue } from '../log.ts';
import { compressed } from '../wire/compression.ts';
import { isJsonContentType } from '../wire/envelope.ts';
import { type Failure, failureFrom, withoutTraceback } from '../wire/failure.ts';
import { keepAliveIntervalMs } from '../wire/keep-alive.ts';
import { type EncodedReply, encodeFailureReply, encodeReply } from '../wire/reply.ts';
import { decodeRequest, type Request } from '../wire/request.ts';
import type { Begun, Outcome, ReplyTo, Work } from './executor.ts';
import type { RunningCalls } from './running-calls.ts';
import { defaultWireOptions, type WireOptions } from './wire-options.ts';

/**
 * Takes one request from bytes to bytes: reads it, runs its method, writes the reply.
 *
 * This is what every executor runs, in whichever thread it dispatches. Never rejects.
 *
 * @param calls - The calls that run in the same place, which this one joins.
 * @param onBegin - Its answer is waited for when the work asks whether it may begin, and only then.
 */
export async function perform(
  dispatcher: RPCDispatcher,
  work: Work,
  calls: RunningCalls,
  onBegin: (begun: Begun) => boolean | Promise<boolean>,
  { limits, compression, exposeStacks }: WireOptions = defaultWireOptions,
): Promise<Outcome> {
  let request: Request;
  try {
    if (!isJsonContentType(work.contentType)) {
      throw new MalformedMessage(
        `content type '${shownValue(work.contentType)}' is not application/json`,
      );
    }
    request = decodeRequest(work.body, { compression: work.compression, limits });
  } catch (error) {
    return { type: 'malformed', error: error as Error };
  }
  const begun: Begun = {
    method: shownValue(request.method),
    uniqueId: request.uniqueId,
    replyTo: replyTo(request),
    keepAliveMs: keepAliveIntervalMs(request.call?.monitorTimeout),
  };
  const mayBegin = onBegin(begun);
  if (work.asksToBegin && !(await mayBegin)) return { type: 'refused' };
  const { deadline } = work;
  const call = calls.begin(begun.method, deadline);
  const outcome = await dispatcher.dispatch(request, { signal: call.signal, deadline });
  call.end();
  const failure = outcome.type === 'failure' ? failureFrom(outcome.error) : undefined;
  const expected = outcome.type === 'failure' && outcome.expected;
  if (begun.replyTo === undefined) {
    return {
      type: 'done',
      method: begun.method,
      replyTo: undefined,
      reply: undefined,
      failure,
      expected,
    };
  }
  const answer = encode(
    begun.replyTo.msgId,
    outcome.type === 'result' ? outcome.result : undefined,
    failure,
    exposeStacks,
  );
  return {
    type: 'done',
    method: begun.method,
    replyTo: begun.replyTo,
    reply: compressed(answer.reply.body, compression),
    failure: answer.failure,
    expected,
  };
}

/** One more than AMQP has, so that a name that is cut is still none. */
const maxQueueName = 256;

function replyTo(request: Request): ReplyTo | undefined {
  if (request.call === undefined) return undefined;
  const { msgId, replyQueue } = request.call;
  return { msgId, queue: typeof replyQueue === 'string' ? replyQueue.slice(0, maxQueueName) : '' };
}

function encode(
  msgId: unknown,
  result: unknown,
  failure: Failure | undefined,
  exposeStacks: boolean,
): { reply: EncodedReply; failure: Failure | undefined } {
  if (failure === undefined) {
    try {
      return { reply: encodeReply({ msgId, result }), failure };
    } catch (error) {
      // oslo.messaging sends nothing here and lets the caller time out (oslo-wire.md 1.6); we tell it.
      return encode(msgId, undefined, failureFrom(error), exposeStacks);
    }
  }
  const told = exposeStacks ? failure : withoutTraceback(failure);
  return { reply: encodeFailureReply({ msgId, failure: told }), failure };
}
