import type { CancelReason } from '../cancel-reason.ts';
import type { Listener } from '../driver/driver.ts';
import type { Transport } from '../driver/transport.ts';
import type { Executor } from '../executors/executor.ts';
import type { Log } from '../log.ts';
import { Crashes } from './crashes.ts';
import { type DrainedMessages, noMessages } from './drain-report.ts';
import { Duplicates } from './duplicates.ts';
import { type IntakeCounts, noCounts } from './intake-counts.ts';
import { NotificationIntake } from './notification-intake.ts';
import type { ResolvedNotificationOptions } from './notification-options.ts';
import { NotificationOutcomes } from './notification-outcomes.ts';
import { RequeueBrake } from './requeue-brake.ts';
import type { Server } from './server.ts';

/** The most that AMQP can say. */
const maxPrefetch = 65_535;
/** What is handled one by one is never waited for. */
const oneByOne = { size: 1, timeoutMs: 0 };

/** Serves the methods that get notifications. */
export class NotificationServer implements Server {
  readonly #options: ResolvedNotificationOptions;
  readonly #executor: Executor;
  readonly #log: Log;
  #listener: Listener | undefined;
  #intake: NotificationIntake | undefined;
  #outcomes: NotificationOutcomes | undefined;

  constructor(options: ResolvedNotificationOptions, executor: Executor, log: Log) {
    this.#options = options;
    this.#executor = executor;
    this.#log = log;
  }

  get counts(): IntakeCounts {
    return this.#intake?.counts ?? noCounts;
  }

  get drained(): DrainedMessages {
    return this.#outcomes?.drained.messages ?? noMessages;
  }

  async open(
    { driver }: Transport,
    signal: AbortSignal,
    onFailure: (error: unknown) => void,
  ): Promise<void> {
    const { targets, pool, temporaryPool: isTemporary, batch = oneByOne } = this.#options;
    const { priorities, slots } = this.#executor;
    const { lookAhead = Math.max(2, slots) * batch.size } = this.#options;
    this.#listener = await driver.listenForNotifications(
      { targets, priorities, pool, isTemporary },
      // Acknowledged when it was handled, a message holds its place all the while.
      { prefetch: Math.min(maxPrefetch, batch.size * slots + lookAhead), signal },
    );
    const intake = this.#newIntake(this.#listener);
    this.#intake = intake;
    void intake.run().catch(onFailure);
  }

  async stopTaking(): Promise<void> {
    await this.#intake?.stop();
  }

  cancelAll(reason: CancelReason): void {
    this.#intake?.cancelAll(reason);
  }

  async idle(): Promise<void> {
    await this.#intake?.idle();
  }

  /** The executor has stopped by then: all that is waited for is that its outcomes are settled. */
  async flush(): Promise<void> {
    await this.idle();
  }

  async closeListener(): Promise<void> {
    await this.#listener?.close();
  }

  #newIntake(listener: Listener): NotificationIntake {
    const { duplicateWindow, maxCrashes, maxRequeueDelayMs, limits, batch } = this.#options;
    const duplicates = new Duplicates(duplicateWindow);
    const crashes = new Crashes(maxCrashes);
    const brake = new RequeueBrake(maxRequeueDelayMs);
    const log = this.#log;
    const outcomes = new NotificationOutcomes({ duplicates, crashes, brake, limits, log });
    this.#outcomes = outcomes;
    return new NotificationIntake({
      listener,
      executor: this.#executor,
      batch: batch ?? oneByOne,
      duplicates,
      crashes,
      brake,
      outcomes,
      maxBodyBytes: limits.maxBodyBytes,
      log,
    });
  }
}
