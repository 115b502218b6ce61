import type { CancelReason } from '../cancel-reason.ts';
import { callCancelled } from '../dispatcher/cancellation.ts';
import { HostCrashed } from '../errors.ts';
import type { Begun, Outcome } from '../executors/executor.ts';
import { type Log, shortened, shownValue } from '../log.ts';
import {
  dispatcherModule,
  type Failure,
  failureFrom,
  loggedFailure,
  withoutTraceback,
} from '../wire/failure.ts';
import { encodeFailureReply } from '../wire/reply.ts';
import type { Crashes } from './crashes.ts';
import type { Delivery } from './delivery.ts';
import { type DrainedMessage, DrainNotes } from './drain-report.ts';
import type { OutcomeCounts } from './intake-counts.ts';
import { OutcomeTally } from './outcome-tally.ts';
import type { ReplySender } from './reply-sender.ts';

/** What {@link Outcomes} need. */
export interface OutcomesOptions {
  readonly replies: ReplySender;
  readonly crashes: Crashes;
  /** Whether callers get the stack of what failed. */
  readonly exposeStacks: boolean;
  readonly log: Log;
}

type Settled = Exclude<Outcome, { type: 'refused' | 'withdrawn' }>;
type Done = Extract<Outcome, { type: 'done' }>;
type Cancelled = Extract<Outcome, { type: 'cancelled' }>;
type Lost = Extract<Outcome, { type: 'lost' }>;

/** Those whom a cancelled call may still interest; the others have left, or said that they will not listen. */
const listeners: ReadonlySet<CancelReason> = new Set(['deadline', 'draining']);

/** Does what is due for what came of a request: answers, settles its message, counts and logs. */
export class Outcomes {
  /** Which messages come to which end while the server drains. */
  readonly drained: DrainNotes = new DrainNotes();
  readonly #of: OutcomesOptions;
  readonly #tally = new OutcomeTally();

  constructor(options: OutcomesOptions) {
    this.#of = options;
  }

  get counts(): OutcomeCounts {
    return this.#tally.counts;
  }

  /** @returns Whether the message was given back, and has to run when it comes again. */
  settle(delivery: Delivery, outcome: Settled, id: string | undefined): boolean | Promise<boolean> {
    switch (outcome.type) {
      case 'done':
        return this.#done(delivery, outcome, id);
      case 'cancelled':
        return this.#gaveUp(delivery, outcome, id);
      case 'lost':
        return this.#lost(delivery, outcome, id);
      case 'malformed':
        delivery.malformed(outcome.error);
        return false;
      default:
        return outcome satisfies never;
    }
  }

  #done(delivery: Delivery, outcome: Done, id: string | undefined): boolean | Promise<boolean> {
    const { method, replyTo, reply, failure, cancelled } = outcome;
    if (cancelled === undefined) {
      if (failure !== undefined) this.#logFailure(method, failure, outcome.expected);
    } else {
      this.#noteCancelled(cancelled, { method, replyTo }, true);
      this.drained.note('cancelled', () => subjectOf(outcome, id));
      // Work that was interrupted has not failed: another server may do it.
      if (cancelled === 'draining' && failure !== undefined && delivery.giveBack()) {
        return this.#returned(outcome, id);
      }
    }
    const mayListen = cancelled === undefined || listeners.has(cancelled);
    const answered = (isDone: boolean): boolean => {
      // It ran, and whether its caller knows is unknown: at least once, it is to be told.
      if (!isDone && !delivery.isExpired && delivery.giveBack()) return this.#returned(outcome, id);
      delivery.replied();
      this.#tally.finished++;
      return false;
    };
    if (replyTo === undefined || reply === undefined || !mayListen) return answered(true);
    return this.#of.replies.send(replyTo, reply).then(answered);
  }

  /** The method was to end, and has not. */
  async #gaveUp(delivery: Delivery, outcome: Cancelled, id: string | undefined): Promise<boolean> {
    const { reason, begun } = outcome;
    this.#noteCancelled(reason, begun, false);
    this.drained.note('cancelled', () => subjectOf(outcome, id));
    this.drained.note('abandoned', () => subjectOf(outcome, id));
    this.#tally.abandoned++;
    if (reason === 'draining' && delivery.giveBack()) return this.#returned(outcome, id);
    delivery.drop();
    if (listeners.has(reason)) {
      await this.#tell(begun, callCancelled(reason, begun?.method ?? 'a method'));
    }
    return false;
  }

  /** The place where it ran is gone. */
  async #lost(delivery: Delivery, outcome: Lost, id: string | undefined): Promise<boolean> {
    const { error, begun } = outcome;
    const isTooMany = this.#of.crashes.isTooMany(id, error, delivery.message.redelivered);
    const isCrash = this.#of.crashes.isCrash(error);
    if (delivery.lost(outcome, { isCrash, isTooMany })) return this.#returned(outcome, id);
    this.#tally.abandoned++;
    this.drained.note('abandoned', () => subjectOf(outcome, id));
    const told =
      error instanceof HostCrashed ? error : callCancelled('draining', begun?.method ?? 'a method');
    await this.#tell(begun, told);
    return false;
  }

  #returned(outcome: Settled, id: string | undefined): true {
    this.drained.note('returned', () => subjectOf(outcome, id));
    return true;
  }

  #logFailure(method: string, failure: Failure, isExpected: boolean): void {
    const { log } = this.#of;
    const { error, stack } = loggedFailure(failure);
    const fields = { method: shortened(method), error };
    if (isExpected) log.debug(fields, 'a method failed as expected');
    else if (failure.module === dispatcherModule) log.warn(fields, 'a request found no method');
    else log.error({ ...fields, stack }, 'a method failed');
  }

  #noteCancelled(
    reason: CancelReason,
    about: Pick<Begun, 'method' | 'replyTo'> | undefined,
    endedByItself: boolean,
  ): void {
    this.#tally.cancelled(reason);
    const method = about && shortened(about.method);
    const msgId = shownValue(about?.replyTo?.msgId);
    this.#of.log.warn({ method, msgId, reason, endedByItself }, 'cancelled a call');
  }

  /** Tells a caller that its call ended without its method's doing, rather than let it time out. */
  async #tell(begun: Begun | undefined, error: Error): Promise<void> {
    if (begun?.replyTo === undefined) return;
    const { replyTo } = begun;
    const failure = failureFrom(error);
    const told = this.#of.exposeStacks ? failure : withoutTraceback(failure);
    const reply = encodeFailureReply({ msgId: replyTo.msgId, failure: told });
    await this.#of.replies.send(replyTo, reply);
  }
}

/** What is known of the message that something came of. */
function subjectOf(outcome: Settled, uniqueId: string | undefined): DrainedMessage {
  const about = outcome.type === 'done' ? outcome : 'begun' in outcome ? outcome.begun : undefined;
  return {
    ...(about?.replyTo !== undefined && { msgId: shownValue(about.replyTo.msgId) }),
    ...(uniqueId !== undefined && { uniqueId: shortened(uniqueId) }),
    ...(about !== undefined && { method: shortened(about.method) }),
  };
}
