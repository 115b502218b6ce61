import type { CancelReason } from '../cancel-reason.ts';
import type { Listener } from '../driver/driver.ts';
import type { Transport } from '../driver/transport.ts';
import type { Executor } from '../executors/executor.ts';
import type { Log } from '../log.ts';
import { pause } from '../waiting.ts';
import { formatOf } from '../wire/body-format.ts';
import { uniqueIdIn } from '../wire/ids.ts';
import { controlLane } from './control-lane.ts';
import { Crashes } from './crashes.ts';
import { type DrainedMessages, noMessages } from './drain-report.ts';
import { Duplicates } from './duplicates.ts';
import { Intake } from './intake.ts';
import { type IntakeCounts, noCounts } from './intake-counts.ts';
import { LongCalls } from './long-calls.ts';
import { Outcomes } from './outcomes.ts';
import { ReplySender } from './reply-sender.ts';
import type { ResolvedRPCOptions } from './rpc-options.ts';
import type { Server } from './server.ts';

/** How long the last replies may take to reach the broker when the grace is over. */
const lastRepliesMs = 1_000;

/** Serves the methods that clients call. */
export class RPCServer implements Server {
  readonly #options: ResolvedRPCOptions;
  readonly #executor: Executor;
  readonly #log: Log;
  #listener: Listener | undefined;
  #replies: ReplySender | undefined;
  #control: Executor | undefined;
  #intake: Intake | undefined;
  #outcomes: Outcomes | undefined;
  #longCalls: LongCalls | undefined;
  #deafen: (() => void) | undefined;

  constructor(options: ResolvedRPCOptions, executor: Executor, log: Log) {
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
    transport: Transport,
    signal: AbortSignal,
    onFailure: (error: unknown) => void,
  ): Promise<void> {
    const { driver } = transport;
    const { acknowledge } = this.#options;
    const executor = this.#executor;
    const lookAhead = this.#options.lookAhead ?? Math.max(2, executor.slots);
    this.#listener = await driver.listen(this.#options.target, {
      // Acknowledged when it begins, a message holds its place only while it waits.
      prefetch: acknowledge === 'on-dispatch' ? lookAhead : lookAhead + executor.slots,
      signal,
    });
    this.#replies = new ReplySender({
      driver,
      missingQueueTimeoutMs: this.#options.missingReplyQueueTimeoutMs,
      callerGoneGraceMs: this.#options.callerGoneGraceMs,
      queuePrefix: this.#options.replyQueuePrefix,
      openCancelQueue: () => transport.replyQueue(),
      log: this.#log,
    });
    this.#control = this.#options.ping ? controlLane() : undefined;
    await this.#control?.start(signal);
    const intake = this.#newIntake(this.#listener, this.#replies);
    this.#intake = intake;
    this.#deafen = transport.onCancellation((msgId) => intake.cancel(msgId));
    this.#longCalls = acknowledge === 'on-reply' ? this.#newLongCalls(intake) : undefined;
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

  /** Lets the replies to what was just abandoned go out, briefly, and gives up the rest. */
  async flush(): Promise<void> {
    await this.#control?.stop();
    const over = new AbortController();
    await Promise.race([this.idle(), pause(lastRepliesMs, over.signal)]);
    over.abort();
    this.#replies?.stop();
    await this.idle();
  }

  async closeListener(): Promise<void> {
    this.#longCalls?.stop();
    this.#deafen?.();
    await this.#listener?.close();
  }

  #newLongCalls(intake: Intake): LongCalls {
    return new LongCalls({
      running: () => intake.unsettled,
      consumerTimeoutMs: this.#options.consumerTimeoutMs,
      idOf: ({ message }) => uniqueIdIn(message.body, formatOf(message.contentType)),
      log: this.#log,
    });
  }

  #newIntake(listener: Listener, replies: ReplySender): Intake {
    const { acknowledge, wire, duplicateWindow, maxCrashes } = this.#options;
    const log = this.#log;
    const crashes = new Crashes(maxCrashes);
    const outcomes = new Outcomes({ replies, crashes, exposeStacks: wire.exposeStacks, log });
    this.#outcomes = outcomes;
    return new Intake({
      listener,
      executor: this.#executor,
      control: this.#control,
      replies,
      duplicates: new Duplicates(duplicateWindow),
      crashes,
      outcomes,
      acknowledge,
      maxBodyBytes: wire.limits.maxBodyBytes,
      log,
    });
  }
}
