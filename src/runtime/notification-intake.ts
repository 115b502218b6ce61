import type { CancelReason } from '../cancel-reason.ts';
import type { IncomingMessage, Listener } from '../driver/driver.ts';
import type { Execution, Executor, Work } from '../executors/executor.ts';
import { packBodies } from '../executors/packed-bodies.ts';
import { Wakeup } from '../executors/wakeup.ts';
import { type Log, shortened } from '../log.ts';
import { Roll, type RollEntry } from '../roll.ts';
import { compressionIn } from '../wire/compression.ts';
import { oversized } from '../wire/envelope.ts';
import type { Crashes } from './crashes.ts';
import type { Duplicates } from './duplicates.ts';
import type { IntakeCounts } from './intake-counts.ts';
import type { NotificationOutcomes } from './notification-outcomes.ts';
import type { RequeueBrake } from './requeue-brake.ts';
import { RunningMessages } from './running-messages.ts';
import { SingleWait } from './single-wait.ts';
import {
  type BatchLimits,
  type NotificationDelivery,
  WaitingNotifications,
} from './waiting-notifications.ts';

/** What a {@link NotificationIntake} brings together. */
export interface NotificationIntakeOptions {
  readonly listener: Listener;
  readonly executor: Executor;
  readonly batch: BatchLimits;
  readonly duplicates: Duplicates;
  readonly crashes: Crashes;
  readonly brake: RequeueBrake;
  readonly outcomes: NotificationOutcomes;
  /** Larger bodies are rejected unread. */
  readonly maxBodyBytes: number;
  readonly log: Log;
}

/**
 * Moves notifications from the listener to the executor, and settles them by what came of it.
 *
 * What the `Intake` is for calls, without answers and deadlines, and with batches. A notification is
 * acknowledged when it has been handled: at least once.
 */
export class NotificationIntake {
  readonly #of: NotificationIntakeOptions;
  readonly #waiting: WaitingNotifications;
  readonly #inFlight = new Roll<readonly NotificationDelivery[]>();
  readonly #emptied = new Wakeup();
  readonly #executions = new Roll<Execution>();
  readonly #running = new RunningMessages();
  readonly #credit = new SingleWait();
  #isStopping = false;
  #returned = 0;

  constructor(options: NotificationIntakeOptions) {
    this.#of = options;
    this.#waiting = new WaitingNotifications(options.batch, () => this.#dispatch());
  }

  get counts(): IntakeCounts {
    return { ...this.#of.outcomes.counts, returned: this.#returned };
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

  /** Stops taking: what has not begun goes back to its queue, and what is held back too. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const { listener, outcomes } = this.#of;
    outcomes.drained.begin();
    const unstarted = this.#waiting.clear();
    for (const execution of this.#executions) execution.withdraw();
    const unpolled = await listener.stop((message) => outcomes.note('returned', { message }));
    this.#returned += unpolled; // Not before the wait: what is withdrawn counts meanwhile.
    for (const delivery of unstarted) this.#return(delivery);
    this.#of.brake.releaseAll();
  }

  /** Asks every method that runs to stop. */
  cancelAll(reason: CancelReason): void {
    for (const execution of this.#executions) execution.cancel(reason);
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await this.#emptied.wait();
    this.#of.brake.releaseAll();
  }

  #admit(message: IncomingMessage): void {
    const { duplicates, crashes, maxBodyBytes, outcomes } = this.#of;
    const { body, contentType, redelivered } = message;
    const id = duplicates.idOf(body, contentType);
    // Of one without an id nobody knows whether it has been in a host that crashed.
    const alone = id === undefined ? redelivered : crashes.isSuspect(id);
    const delivery = { message, id, alone };
    if (this.#isStopping) this.#return(delivery);
    else if (body.byteLength > maxBodyBytes) {
      outcomes.reject(delivery, oversized(body, maxBodyBytes).message);
    } else this.#waiting.add(delivery);
  }

  #return(delivery: NotificationDelivery): void {
    this.#of.outcomes.note('returned', delivery);
    delivery.message.requeue();
    this.#returned++;
  }

  #dispatch(): void {
    if (this.#isStopping) return;
    const { executor } = this.#of;
    for (;;) {
      if (executor.credit <= 0) {
        const goOn = (): void => this.#dispatch();
        this.#credit.begin(() => executor.whenCredit(), goOn);
        return;
      }
      if (executor.inTurn && this.#inFlight.size > 0) return;
      const batch = this.#waiting.next();
      if (batch.length === 0) return;
      const fresh = batch.filter((delivery) => this.#isFresh(delivery));
      if (fresh.length > 0) this.#start(fresh);
    }
  }

  /**
   * Whether it has not been handled before, and is not being handled: then its twin is kept until it is
   * known what came of the first. oslo.messaging leaves duplicates unacknowledged for good.
   */
  #isFresh(delivery: NotificationDelivery): boolean {
    const { duplicates } = this.#of;
    const { id } = delivery;
    if (id === undefined || !duplicates.hasBegun(id)) {
      // Now, not when it begins: its twin may be in the same batch.
      duplicates.begin(id);
      return true;
    }
    this.#dropTwin(delivery, id);
    return false;
  }

  /** Drops one that has been handled before; while its twin is being handled, it is kept until then. */
  #dropTwin(delivery: NotificationDelivery, id: string | undefined): void {
    const goOn = (): void => {
      if (this.#isStopping) this.#return(delivery);
      else {
        this.#waiting.putBack(delivery);
        this.#dispatch();
      }
    };
    if (this.#running.whenEnded(id, goOn)) return;
    this.#of.log.warn(
      { uniqueId: id && shortened(id) },
      'dropped a notification that has been handled before',
    );
    delivery.message.acknowledge();
  }

  #start(batch: readonly NotificationDelivery[]): void {
    for (const { id } of batch) this.#running.begin(id);
    void this.#handle(this.#inFlight.add(batch));
  }

  /** Owns the notifications until they are settled. Never rejects. */
  async #handle(entry: RollEntry<readonly NotificationDelivery[]>): Promise<void> {
    const { executor, duplicates, outcomes, log } = this.#of;
    const { value: batch } = entry;
    let settled = batch;
    let running = batch;
    try {
      const work = this.#workOf(batch);
      const execution = executor.execute(work, ({ uniqueId: id }) => {
        const [only] = batch;
        if (!work.asksToBegin || only === undefined) return true;
        settled = [{ ...only, id }];
        if (duplicates.hasBegun(id)) return false;
        duplicates.begin(id);
        this.#running.begin(id);
        running = settled;
        return true;
      });
      const executionEntry = this.#executions.add(execution);
      const outcome = await execution.outcome;
      this.#executions.delete(executionEntry);
      if (outcome.type === 'refused') {
        for (const delivery of settled) this.#dropTwin(delivery, delivery.id);
      } else if (outcome.type === 'withdrawn') this.#takeBack(settled);
      else this.#returned += outcomes.settle(settled, outcome);
    } catch (error) {
      // Nothing above should throw; if it does, these are lost, and the loop goes on.
      log.error({ reason: String(error) }, 'notifications could not be handled');
    }
    this.#inFlight.delete(entry);
    for (const { id } of running) this.#running.end(id);
    this.#dispatch();
    if (this.#inFlight.size === 0) this.#emptied.wake();
  }

  /** They have not begun where they were sent. */
  #takeBack(batch: readonly NotificationDelivery[]): void {
    for (const delivery of batch.toReversed()) {
      this.#of.duplicates.forget(delivery.id);
      if (this.#isStopping) this.#return(delivery);
      else this.#waiting.putBack(delivery);
    }
  }

  #workOf(batch: readonly NotificationDelivery[]): Work & { readonly asksToBegin: boolean } {
    const messages = batch.map(({ message: { body, contentType, headers } }) => {
      return { body, contentType, compression: compressionIn(headers) };
    });
    const { body, parts } = packBodies(messages);
    const [first, ...others] = batch;
    const isSingle = first !== undefined && others.length === 0;
    return {
      body,
      ownsBody: isSingle ? first.message.ownsBody : true,
      contentType: undefined,
      deadline: undefined,
      // In a batch a duplicate whose id can't be found without reading it goes unnoticed.
      asksToBegin:
        isSingle &&
        first.id === undefined &&
        this.#of.duplicates.isUncertain(body, parts[0]?.compression),
      alone: isSingle && first.alone,
      notifications: parts,
    };
  }
}
