import type { CancelReason } from '../cancel-reason.ts';
import type { IncomingMessage, Listener } from '../driver/driver.ts';
import type { Begun, Executor, Outcome } from '../executors/executor.ts';
import { Wakeup } from '../executors/wakeup.ts';
import { type Log, shortened } from '../log.ts';
import { Roll } from '../roll.ts';
import { compressionIn } from '../wire/compression.ts';
import { oversized } from '../wire/envelope.ts';
import { Callers } from './callers.ts';
import { isPing } from './control-lane.ts';
import type { Crashes } from './crashes.ts';
import { type Acknowledge, Delivery } from './delivery.ts';
import type { Duplicates } from './duplicates.ts';
import { HandledMessage } from './handled-message.ts';
import type { IntakeCounts } from './intake-counts.ts';
import { NoRoomWarning } from './no-room-warning.ts';
import type { Outcomes } from './outcomes.ts';
import type { ReplySender } from './reply-sender.ts';
import { RunningMessages } from './running-messages.ts';
import { SingleWait } from './single-wait.ts';

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
  readonly outcomes: Outcomes;
  readonly crashes: Crashes;
  readonly log: Log;
}

/**
 * Moves messages from the listener to the executor, and outcomes back: the one loop of a server.
 *
 * What the listener has is taken at once, and waits here until the executor has credit; how much
 * that can be is bounded by the listener's prefetch. Taking it at once is what lets a ping pass.
 */
export class Intake {
  readonly #of: IntakeOptions;
  readonly #waiting: Delivery[] = [];
  readonly #inFlight = new Roll<Delivery>();
  readonly #emptied = new Wakeup();
  readonly #callers: Callers;
  readonly #running = new RunningMessages();
  readonly #noRoom: NoRoomWarning;
  readonly #room = new SingleWait();
  readonly #credit = new SingleWait();
  #isStopping = false;
  #returned = 0;

  constructor(options: IntakeOptions) {
    this.#of = options;
    this.#callers = new Callers(options.replies);
    this.#noRoom = new NoRoomWarning(options.log);
  }

  get counts(): IntakeCounts {
    return { ...this.#of.outcomes.counts, returned: this.#returned };
  }

  /** What has been started and not settled yet, in that order. */
  get unsettled(): Iterable<Delivery> {
    return this.#inFlight;
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
    this.#of.outcomes.drained.begin();
    const unstarted = this.#waiting.splice(0);
    for (const { execution } of this.#inFlight) execution?.withdraw();
    const unpolled = await this.#of.listener.stop((message) => this.#noteReturned(message));
    this.#returned += unpolled; // Not before the wait: what is withdrawn counts meanwhile.
    for (const { message } of unstarted) this.#giveBack(message);
  }

  /** Asks the method to stop that runs a call, because its caller says so; nothing if none does. */
  cancel(msgId: string): boolean {
    return this.#callers.cancel(msgId);
  }

  /** Asks every method that runs to stop. */
  cancelAll(reason: CancelReason): void {
    for (const { execution } of this.#inFlight) execution?.cancel(reason);
  }

  /** Resolves when nothing runs any more, and every reply is with the broker. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await this.#emptied.wait();
    await this.#of.replies.idle();
  }

  #admit(message: IncomingMessage): void {
    const { control, acknowledge, log, maxBodyBytes, replies } = this.#of;
    const delivery = new Delivery(message, acknowledge, log);
    if (this.#isStopping) {
      this.#giveBack(message);
    } else if (message.body.byteLength > maxBodyBytes) {
      delivery.malformed(oversized(message.body, maxBodyBytes));
    } else if (control !== undefined && !replies.isFull && isPing(message)) {
      this.#start(delivery, control);
    } else {
      this.#waiting.push(delivery);
    }
  }

  /** It was not begun here. */
  #giveBack(message: IncomingMessage): void {
    this.#noteReturned(message);
    message.requeue();
    this.#returned++;
  }

  #noteReturned({ body, contentType }: IncomingMessage): void {
    const { duplicates, outcomes } = this.#of;
    outcomes.drained.note('returned', () => {
      const uniqueId = duplicates.idOf(body, contentType);
      return { ...(uniqueId !== undefined && { uniqueId: shortened(uniqueId) }) };
    });
  }

  #dispatch(): void {
    const { executor, replies } = this.#of;
    while (this.#waiting.length > 0) {
      if (replies.isFull) {
        // Nothing more begins while the broker does not take the replies to what has ended.
        const hasBegun = this.#room.begin(() => replies.whenRoom(), this.#goOn);
        if (hasBegun) this.#noRoom.tell();
        return;
      }
      if (executor.credit <= 0) {
        this.#credit.begin(() => executor.whenCredit(), this.#goOn);
        return;
      }
      if (executor.inTurn && this.#inFlight.size > 0) return;
      const delivery = this.#waiting.shift();
      if (delivery !== undefined) this.#start(delivery, executor);
    }
  }

  readonly #goOn = (): void => {
    if (!this.#isStopping) this.#dispatch();
  };

  #start(delivery: Delivery, executor: Executor): void {
    const { duplicates, log } = this.#of;
    if (delivery.isExpired) {
      log.info({}, 'dropped a call that nobody waits for any more');
      delivery.drop();
      return;
    }
    const id = duplicates.idOf(delivery.message.body, delivery.message.contentType);
    if (duplicates.hasBegun(id)) {
      this.#dropTwin(delivery, id);
      return;
    }
    // Now, not when it begins: a host has more to do between the two, and its twin may be next in line.
    duplicates.begin(id);
    const handled = new HandledMessage(this.#inFlight.add(delivery), id);
    this.#noteRunning(handled);
    this.#handle(handled, executor);
  }

  /** Its twin is to be kept until it ends, where a twin is kept at all. */
  #noteRunning(handled: HandledMessage): void {
    if (this.#of.acknowledge !== 'on-reply') return;
    this.#running.begin(handled.id);
    handled.runningId = handled.id;
  }

  /** It has not begun where it was sent. */
  #takeBack(delivery: Delivery, id: string | undefined): void {
    this.#of.duplicates.forget(id);
    if (this.#isStopping) this.#giveBack(delivery.message);
    else this.#waiting.unshift(delivery);
  }

  #ended({ entry, runningId }: HandledMessage): void {
    this.#inFlight.delete(entry);
    this.#running.end(runningId);
    this.#goOn();
    if (this.#inFlight.size === 0) this.#emptied.wake();
  }

  /**
   * Drops a message that has begun before. At least once means more: while the first still runs, its
   * twin is what the broker would deliver again if we were gone, so it is kept until then.
   */
  #dropTwin(delivery: Delivery, id: string | undefined): void {
    const { acknowledge, log } = this.#of;
    const goOn = (): void => {
      if (this.#isStopping) {
        this.#giveBack(delivery.message);
      } else {
        this.#waiting.unshift(delivery);
        this.#dispatch();
      }
    };
    if (acknowledge === 'on-reply' && this.#running.whenEnded(id, goOn)) return;
    log.warn({ uniqueId: id && shortened(id) }, 'dropped a message that has been run before');
    delivery.drop();
  }

  /** Owns the delivery until it is settled and answered. Never throws. */
  #handle(handled: HandledMessage, executor: Executor): void {
    const { duplicates, crashes } = this.#of;
    const { delivery, id: scannedId } = handled;
    const { body, ownsBody, contentType, headers } = delivery.message;
    try {
      const compression = compressionIn(headers);
      const asksToBegin = scannedId === undefined && duplicates.isUncertain(body, compression);
      const alone = crashes.isSuspect(scannedId);
      const { deadline } = delivery;
      const work = { body, ownsBody, contentType, compression, deadline, asksToBegin, alone };
      const execution = executor.execute(work, (begun) =>
        this.#begins(handled, begun, asksToBegin),
      );
      delivery.execution = execution;
      // No async function: its frame is larger than all else that is allocated here, for each message.
      execution.outcome
        .then((outcome) => this.#settle(handled, outcome))
        .catch((error: unknown) => this.#failed(handled, error));
    } catch (error) {
      this.#failed(handled, error);
    }
  }

  /** Its method is about to run; says whether it may. */
  #begins(handled: HandledMessage, begun: Begun, asksToBegin: boolean): boolean {
    const { delivery } = handled;
    if (asksToBegin) {
      const { duplicates } = this.#of;
      handled.id = begun.uniqueId;
      if (duplicates.hasBegun(handled.id)) return false;
      duplicates.begin(handled.id);
      this.#noteRunning(handled);
    }
    delivery.begun();
    const cancel = (reason: CancelReason): void => delivery.execution?.cancel(reason);
    handled.onEnd = this.#callers.attend(begun, delivery.message, cancel);
    return true;
  }

  #settle(handled: HandledMessage, outcome: Outcome): undefined | Promise<void> {
    const { delivery, id, onEnd } = handled;
    delivery.execution = undefined; // It is over; the reply may yet take its time.
    onEnd?.();
    if (outcome.type === 'refused') this.#dropTwin(delivery, id);
    else if (outcome.type === 'withdrawn') this.#takeBack(delivery, id);
    else {
      const isBack = this.#of.outcomes.settle(delivery, outcome, id);
      if (typeof isBack !== 'boolean') return isBack.then((back) => this.#settled(handled, back));
      this.#settled(handled, isBack);
      return undefined;
    }
    // At once: one that was taken back may be started again before anything else is.
    this.#ended(handled);
    return undefined;
  }

  /** @param isBack - Whether it was given back, and has to run when it comes again. */
  #settled(handled: HandledMessage, isBack: boolean): void {
    if (isBack) {
      this.#of.duplicates.forget(handled.id);
      this.#returned++;
    }
    this.#ended(handled);
  }

  /** Nothing should throw; if it does, one message is lost, and the loop goes on. */
  #failed(handled: HandledMessage, error: unknown): void {
    this.#of.log.error({ reason: String(error) }, 'a message could not be handled');
    this.#ended(handled);
  }
}
