import type { DispatchOutcome, RPCDispatcher } from '../dispatcher/rpc-dispatcher.ts';
import { MalformedMessage } from '../errors.ts';
import { type Log, shownValue } from '../log.ts';
import { type BodyFormat, contentTypes, formatOf } from '../wire/body-format.ts';
import { type Failure, failureFrom, withoutTraceback } from '../wire/failure.ts';
import { labelled } from '../wire/labelled-body.ts';
import { type EncodedReply, encodeFailureReply, encodeReply } from '../wire/reply.ts';
import { decodeRequest, type Request } from '../wire/request.ts';
import { BegunRequest } from './begun-request.ts';
import type { Begun, Outcome, Work } from './executor.ts';
import type { RunningCall } from './running-call.ts';
import { defaultWireOptions, type WireOptions } from './wire-options.ts';

/** What came of a request where it was performed. */
export type Performed = Extract<Outcome, { type: 'done' | 'refused' | 'malformed' }>;

/** Where a request is performed, as its method sees it. */
export interface Place {
  /** The call, which is told its method. */
  readonly call: RunningCall;
  /** Where `ctx.log` goes. @default nowhere */
  readonly log?: Log;
}

/**
 * Takes one request from bytes to bytes: reads it, runs its method, writes the reply.
 *
 * This is what every executor runs, in whichever thread it dispatches. Never rejects.
 *
 * @param onBegin - Its answer is waited for; it counts when the work asks whether it may begin.
 */
export function perform(
  dispatcher: RPCDispatcher,
  work: Work,
  { call, log }: Place,
  onBegin: (begun: Begun) => boolean | Promise<boolean>,
  { limits, compression, exposeStacks }: WireOptions = defaultWireOptions,
): Promise<Performed> {
  let format: BodyFormat;
  let request: Request;
  try {
    format = takenFormat(work);
    request = decodeRequest(work.body, { format, compression: work.compression, limits });
  } catch (error) {
    return Promise.resolve({ type: 'malformed', error: error as Error });
  }
  const begun = new BegunRequest(request);
  const run = (): Promise<Performed> => {
    call.begin(begun.method);
    const { deadline } = work;
    return dispatcher
      .dispatch(request, { cancellation: call, deadline, log })
      .then((outcome) => performed(begun, outcome, { format, compression, exposeStacks }));
  };
  // No async function: its frame is larger than all else that is allocated here, for each call.
  const mayBegin = onBegin(begun);
  if (typeof mayBegin !== 'boolean') {
    return mayBegin.then((answer) => (isRefused(work, answer) ? refused : run()));
  }
  return isRefused(work, mayBegin) ? Promise.resolve(refused) : run();
}

/** How a reply is written. */
interface ReplyForm extends Pick<WireOptions, 'compression' | 'exposeStacks'> {
  readonly format: BodyFormat;
}

/** What came of a method, with the reply to whoever called it. */
function performed(
  begun: Begun,
  outcome: DispatchOutcome,
  { format, compression, exposeStacks }: ReplyForm,
): Performed {
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
      // The executor's to say; that the key is there makes it cheap to.
      cancelled: undefined,
    };
  }
  // In kind: a caller reads what it writes.
  const answer = encode(
    begun.replyTo.msgId,
    outcome.type === 'result' ? outcome.result : undefined,
    failure,
    { format, exposeStacks },
  );
  return {
    type: 'done',
    method: begun.method,
    replyTo: begun.replyTo,
    reply: labelled(answer.reply.body, format, compression),
    failure: answer.failure,
    expected,
    cancelled: undefined,
  };
}

/** What comes of a request that asked whether it may begin, and may not. */
export const refused: Extract<Performed, { type: 'refused' }> = { type: 'refused' };

/** @param mayBegin - The answer, which counts only where it was asked for. */
export function isRefused({ asksToBegin = false }: Work, mayBegin: boolean): boolean {
  return asksToBegin && !mayBegin;
}

/** @throws {@link MalformedMessage} for a content type that is none of ours. */
export function takenFormat({ contentType }: Pick<Work, 'contentType'>): BodyFormat {
  const format = formatOf(contentType);
  if (format !== undefined) return format;
  throw new MalformedMessage(
    `content type '${shownValue(contentType)}' is none of ${Object.values(contentTypes).join(', ')}`,
  );
}

function encode(
  msgId: unknown,
  result: unknown,
  failure: Failure | undefined,
  { format, exposeStacks }: { readonly format: BodyFormat; readonly exposeStacks: boolean },
): { reply: EncodedReply; failure: Failure | undefined } {
  if (failure === undefined) {
    try {
      return { reply: encodeReply({ msgId, result }, format), failure };
    } catch (error) {
      // oslo.messaging sends nothing here and lets the caller time out (oslo-wire.md 1.6); we tell it.
      return encode(msgId, undefined, failureFrom(error), { format, exposeStacks });
    }
  }
  const told = exposeStacks ? failure : withoutTraceback(failure);
  return { reply: encodeFailureReply({ msgId, failure: told }, format), failure };
}
