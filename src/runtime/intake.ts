import type { IncomingMessage, Listener } from '../driver/driver.ts';
import { CallCancelled, HostCrashed } from '../errors.ts';
import type { Begun, Executor, Outcome } from '../executors/executor.ts';
import { type Log, shortened } from '../log.ts';
import { compressionIn } from '../wire/compression.ts';
import { oversized } from '../wire/envelope.ts';
import { dispatcherModule, failureFrom, withoutTraceback } from '../wire/failure.ts';
import { encodeFailureReply } from '../wire/reply.ts';
import { isPing } from './control-lane.ts';
import { type Acknowledge, Delivery } from './delivery.ts';
import type { Duplicates } from './duplicates.ts';
import type { ReplySender } from './reply-sender.ts';

/** What an {@link Intake} brings together. */
export interface IntakeOptions {
  readonly listener: Listener;
  readonly executor: Executor;
  /** Answers pings outside the executor; absent when pings are off. */
  readonly control: Executor | undefined;
  readonly replies: ReplySender;
  readonly duplicates: Duplicates;
  readonly acknowledge: Acknowledge;
  /** Larger bodies are rejected unread. */
  readonly maxBodyBytes: number;
  /** Whether callers get the stack of what failed. */
  readonly exposeStacks: boolean;
  readonly log: Log;
}

/** What became of the messages, in numbers. */
export interface IntakeCounts {
  /** Answered, or run to the end if nobody wanted an answer. */
  readonly finished: number;
  /** Given back to the queue: not begun here. */
  readonly returned: number;
  /** Cut off while running. */
  readonly abandoned: number;
}

/** How much of a traceback is logged; an error's text may hold whatever the caller sent. */
const maxStackLength = 8_192;

/**
 * Moves messages from the listener to the executor, and outcomes back: the one loop of a server.
 *
 * What the listener has is taken at once, and waits here until the executor has credit; how much
 * that can be is bounded by the listener's prefetch. Taking it at once is what lets a ping pass.
 */
export class Intake {
  readonly #of: IntakeOptions;
  readonly #waiting: Delivery[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  /** By the ids of their messages. */
  readonly #running = new Map<string, Promise<void>>();
  #isWaitingForCredit = false;
  #isStopping = false;
  #finished = 0;
  #returned = 0;
  #abandoned = 0;

  constructor(options: IntakeOptions) {
    this.#of = options;
  }

  get counts(): IntakeCounts {
    return { finished: this.#finished, returned: this.#returned, abandoned: this.#abandoned };
  }

  /** Polls until the listener stops. */
  async run(): Promise<void> {
    for (;;) {
      const messages = await this.#of.listener.poll(Number.POSITIVE_INFINITY);
      if (messages.length === 0) return;
      for (const message of messages) this.#admit(message);
      this.#dispatch();
    }
  }

  /** Stops taking: what has not begun goes back to its queue. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const unstarted = this.#waiting.splice(0);
    this.#returned += await this.#of.listener.stop();
    for (const { message } of unstarted) message.requeue();
    this.#returned += unstarted.length;
  }

  /** Resolves when nothing runs any more, and every reply is with the broker. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
    await this.#of.replies.idle();
  }

  #admit(message: IncomingMessage): void {
    const { control, acknowledge, log, maxBodyBytes } = this.#of;
    const delivery = new Delivery(message, acknowledge, log);
    if (this.#isStopping) {
      message.requeue();
      this.#returned++;
    } else if (message.body.byteLength > maxBodyBytes) {
      delivery.malformed(oversized(message.body, maxBodyBytes));
    } else if (control !== undefined && isPing(message.body, compressionIn(message.headers))) {
      this.#start(delivery, control);
    } else {
      this.#waiting.push(delivery);
    }
  }

  #dispatch(): void {
    const { executor } = this.#of;
    while (this.#waiting.length > 0) {
      if (executor.credit <= 0) {
        this.#dispatchAtCredit();
        return;
      }
      if (executor.inTurn && this.#inFlight.size > 0) return;
      const delivery = this.#waiting.shift();
      if (delivery !== undefined) this.#start(delivery, executor);
    }
  }

  #dispatchAtCredit(): void {
    if (this.#isWaitingForCredit) return;
    this.#isWaitingForCredit = true;
    void this.#of.executor.whenCredit().then(() => {
      this.#isWaitingForCredit = false;
      if (!this.#isStopping) this.#dispatch();
    });
  }

  /** Owns the delivery until it is settled and answered. */
  #start(delivery: Delivery, executor: Executor): void {
    const { duplicates, log } = this.#of;
    const { deadline } = delivery;
    if (deadline !== undefined && performance.now() >= deadline) {
      log.info({}, 'dropped a call that nobody waits for any more');
      delivery.drop();
      return;
    }
    const id = duplicates.idOf(delivery.message.body);
    if (duplicates.hasBegun(id)) {
      this.#dropTwin(delivery, id);
      return;
    }
    // Now, not when it begins: a host has more to do between the two, and its twin may be next in line.
    duplicates.begin(id);
    const handled = this.#handle(delivery, executor, id)
      .catch((error: unknown) => {
        // Nothing above should throw; if it does, one message is lost, and the loop goes on.
        log.error({ reason: String(error) }, 'a message could not be handled');
      })
      .finally(() => {
        this.#inFlight.delete(handled);
        if (id !== undefined) this.#running.delete(id);
        if (!this.#isStopping) this.#dispatch();
      });
    this.#inFlight.add(handled);
    if (id !== undefined) this.#running.set(id, handled);
  }

  /**
   * Drops a message that has begun before. At least once means more: while the first still runs, its
   * twin is what the broker would deliver again if we were gone, so it is kept until then.
   */
  #dropTwin(delivery: Delivery, id: string | undefined): void {
    const { acknowledge, log } = this.#of;
    const running = id === undefined ? undefined : this.#running.get(id);
    if (running === undefined || acknowledge === 'on-dispatch') {
      log.warn({ uniqueId: id && shortened(id) }, 'dropped a message that has been run before');
      delivery.drop();
      return;
    }
    void running.then(() => {
      if (this.#isStopping) {
        delivery.message.requeue();
        this.#returned++;
      } else {
        this.#waiting.unshift(delivery);
        this.#dispatch();
      }
    });
  }

  async #handle(
    delivery: Delivery,
    executor: Executor,
    scannedId: string | undefined,
  ): Promise<void> {
    const { duplicates, replies } = this.#of;
    const { body, contentType, headers } = delivery.message;
    const compression = compressionIn(headers);
    const asksToBegin = scannedId === undefined && duplicates.isUncertain(body, compression);
    const work = { body, contentType, compression, deadline: delivery.deadline, asksToBegin };
    let id = scannedId;
    let stopKeepingAlive: (() => void) | undefined;
    const outcome = await executor.execute(work, ({ uniqueId, replyTo, keepAliveMs }) => {
      if (asksToBegin) {
        id = uniqueId;
        if (duplicates.hasBegun(id)) return false;
        duplicates.begin(id);
      }
      delivery.begun();
      if (replyTo !== undefined && keepAliveMs !== undefined) {
        stopKeepingAlive = replies.keepAlive(replyTo, keepAliveMs);
      }
      return true;
    });
    stopKeepingAlive?.();
    switch (outcome.type) {
      case 'done':
        await this.#finish(delivery, outcome);
        break;
      case 'refused':
        this.#dropTwin(delivery, id);
        break;
      case 'malformed':
        delivery.malformed(outcome.error);
        break;
      case 'lost':
        await this.#lose(delivery, outcome, id);
        break;
      default:
        outcome satisfies never;
    }
  }

  async #finish(delivery: Delivery, outcome: Extract<Outcome, { type: 'done' }>): Promise<void> {
    const { method, replyTo, reply, failure, expected } = outcome;
    if (failure !== undefined) {
      const { log } = this.#of;
      const error = `${failure.class}: ${shortened(failure.message)}`;
      const fields = { method: shortened(method), error };
      if (expected) log.debug(fields, 'a method failed as expected');
      else if (failure.module === dispatcherModule) log.warn(fields, 'a request found no method');
      else
        log.error(
          { ...fields, stack: failure.tb.join('').slice(0, maxStackLength) },
          'a method failed',
        );
    }
    if (replyTo !== undefined && reply !== undefined) await this.#of.replies.send(replyTo, reply);
    delivery.replied();
    this.#finished++;
  }

  async #lose(
    delivery: Delivery,
    outcome: Extract<Outcome, { type: 'lost' }>,
    id: string | undefined,
  ): Promise<void> {
    if (delivery.lost(outcome)) {
      this.#of.duplicates.forget(id);
      this.#returned++;
      return;
    }
    this.#abandoned++;
    await this.#apologize(outcome.begun, outcome.error);
  }

  /** Tells a caller that its call ended without its method's doing, rather than let it time out. */
  async #apologize(begun: Begun | undefined, error: Error): Promise<void> {
    if (begun?.replyTo === undefined) return;
    const { method, replyTo } = begun;
    const reason =
      error instanceof HostCrashed
        ? error
        : new CallCancelled('the server was stopped before the method ended', { method });
    const failure = failureFrom(reason);
    const told = this.#of.exposeStacks ? failure : withoutTraceback(failure);
    const reply = encodeFailureReply({ msgId: replyTo.msgId, failure: told });
    await this.#of.replies.send(replyTo, reply);
  }
}
