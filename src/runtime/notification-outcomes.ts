import type { CancelReason } from '../cancel-reason.ts';
import type { IncomingMessage } from '../driver/driver.ts';
import type { Outcome } from '../executors/executor.ts';
import { type Log, shortened } from '../log.ts';
import type { MessageLimits } from '../wire/message-limits.ts';
import type { Crashes } from './crashes.ts';
import { type DrainedMessages, DrainNotes } from './drain-report.ts';
import { drainedNotification } from './drained-notification.ts';
import type { Duplicates } from './duplicates.ts';
import type { OutcomeCounts } from './intake-counts.ts';
import { OutcomeTally } from './outcome-tally.ts';
import type { RequeueBrake } from './requeue-brake.ts';
import type { NotificationDelivery } from './waiting-notifications.ts';

/** What {@link NotificationOutcomes} need. */
export interface NotificationOutcomesOptions {
  readonly duplicates: Duplicates;
  readonly crashes: Crashes;
  readonly brake: RequeueBrake;
  /** What is not read for a report either. */
  readonly limits: MessageLimits;
  readonly log: Log;
}

type Settled = Exclude<Outcome, { type: 'refused' | 'withdrawn' }>;
type Done = Extract<Outcome, { type: 'done' }>;
type Lost = Extract<Outcome, { type: 'lost' }>;

/**
 * Settles notifications by what came of their work.
 *
 * | outcome | message |
 * | --- | --- |
 * | handled, or for nobody | acknowledge |
 * | to come again | retry, when the brake lets it |
 * | no message | reject |
 * | did not end when the listener stopped | requeue |
 * | lost with a host that crashed | retry |
 * | lost with a host, alone, once too often | reject |
 *
 * To reject a message dead-letters it where the queue says so.
 */
export class NotificationOutcomes {
  /** Which notifications come to which end while the server drains. */
  readonly drained: DrainNotes = new DrainNotes();
  readonly #of: NotificationOutcomesOptions;
  readonly #tally = new OutcomeTally();

  constructor(options: NotificationOutcomesOptions) {
    this.#of = options;
  }

  get counts(): OutcomeCounts {
    return this.#tally.counts;
  }

  /** @returns How many were given back. */
  settle(batch: readonly NotificationDelivery[], outcome: Settled): number {
    switch (outcome.type) {
      case 'done':
        return this.#done(batch, outcome);
      case 'malformed':
        for (const delivery of batch) this.reject(delivery, outcome.error.message);
        return 0;
      case 'cancelled':
        this.#cancelled(batch, outcome.reason);
        return this.#giveBack(batch);
      case 'lost':
        return this.#lost(batch, outcome);
      default:
        return outcome satisfies never;
    }
  }

  /** Notes for the report what one came to, while the server drains. */
  note(
    end: keyof DrainedMessages,
    { message, id }: { readonly message: IncomingMessage; readonly id?: string | undefined },
  ): void {
    this.drained.note(end, () => drainedNotification(message, id, this.#of.limits));
  }

  /** Rejects what is no message. */
  reject({ message }: NotificationDelivery, reason: string): void {
    this.#of.log.error({ reason: shortened(reason) }, 'rejected a message that is no notification');
    message.reject();
  }

  #done(batch: readonly NotificationDelivery[], { notifications, cancelled }: Done): number {
    const { duplicates, brake } = this.#of;
    if (cancelled !== undefined) this.#cancelled(batch, cancelled);
    const malformed = new Map(
      notifications?.malformed.map(({ place, reason }) => [place, reason] as const),
    );
    const requeued = new Set(notifications?.requeued);
    for (const [place, delivery] of batch.entries()) {
      const { message, id } = delivery;
      const reason = malformed.get(place);
      if (reason !== undefined) this.reject(delivery, reason);
      else if (requeued.has(place)) {
        // Before it is back: the broker may deliver it again sooner, when the connection is lost.
        duplicates.forget(id);
        this.note('returned', delivery);
        if (cancelled !== undefined) message.requeue();
        else brake.requeue(id, message.redelivered, () => message.retry());
      } else {
        brake.forget(id);
        message.acknowledge();
        this.#tally.finished++;
      }
    }
    return requeued.size;
  }

  #cancelled(batch: readonly NotificationDelivery[], reason: CancelReason): void {
    this.#tally.cancelled(reason, batch.length);
    for (const delivery of batch) this.note('cancelled', delivery);
  }

  /** The place where they ran is gone. */
  #lost(batch: readonly NotificationDelivery[], { error, begun }: Lost): number {
    const { crashes, log } = this.#of;
    const fields = { method: begun && shortened(begun.method), reason: shortened(error.message) };
    const [only] = batch;
    if (only !== undefined && batch.length === 1) {
      if (crashes.isTooMany(only.id, error, only.message.redelivered)) {
        log.error(fields, 'set aside a notification that crashes its hosts');
        this.note('abandoned', only);
        only.message.reject();
        this.#tally.abandoned++;
        return 0;
      }
    } else {
      // It is some of them at the most; each is counted, and comes again to be handled alone.
      for (const { id } of batch) if (id !== undefined) crashes.isTooMany(id, error, false);
    }
    const count = batch.length;
    log.warn({ ...fields, count }, 'gave back notifications that were lost with their host');
    const isCrash = crashes.isCrash(error);
    return this.#giveBack(batch, isCrash && begun !== undefined);
  }

  /** @param wasTried - Whether it counts as an attempt, where the broker counts them. */
  #giveBack(batch: readonly NotificationDelivery[], wasTried = false): number {
    for (const delivery of batch) {
      const { message, id } = delivery;
      this.#of.duplicates.forget(id);
      this.note('returned', delivery);
      if (wasTried) message.retry();
      else message.requeue();
    }
    return batch.length;
  }
}
