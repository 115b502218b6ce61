import type { CancelReason } from '../cancel-reason.ts';
import type { Listener } from '../driver/driver.ts';
import { Transport } from '../driver/transport.ts';
import type { Executor } from '../executors/executor.ts';
import { pause } from '../waiting.ts';
import { controlLane } from './control-lane.ts';
import { Crashes } from './crashes.ts';
import { Duplicates } from './duplicates.ts';
import { Intake, type IntakeCounts, noCounts } from './intake.ts';
import { Outcomes } from './outcomes.ts';
import { ReplySender } from './reply-sender.ts';
import type { ResolvedRuntimeOptions } from './runtime-options.ts';

/** Who is to be told what while a server opens, and after. */
export interface RPCServerEvents {
  /** The transport is there, and connects from now on. */
  readonly onTransport: (transport: Transport) => void;
  /** Serving can't go on. */
  readonly onFailure: (error: unknown) => void;
}

/** How long the last replies may take to reach the broker when the grace is over. */
const lastRepliesMs = 1_000;

/**
 * What a runtime has open while it serves, from the broker to the executor and back.
 *
 * Opened once and closed in steps, each of which does nothing for what was never opened.
 */
export class RPCServer {
  readonly #options: ResolvedRuntimeOptions;
  readonly #executor: Executor;
  #transport: Transport | undefined;
  #listener: Listener | undefined;
  #replies: ReplySender | undefined;
  #control: Executor | undefined;
  #intake: Intake | undefined;
  #deafen: (() => void) | undefined;

  constructor(options: ResolvedRuntimeOptions, executor: Executor) {
    this.#options = options;
    this.#executor = executor;
  }

  get counts(): IntakeCounts {
    return this.#intake?.counts ?? noCounts;
  }

  /** Connects, declares, consumes, and begins to serve. */
  async open(signal: AbortSignal, { onTransport, onFailure }: RPCServerEvents): Promise<void> {
    const { transport: given, controlExchange, rabbit, log, acknowledge } = this.#options;
    const executor = this.#executor;
    const transport =
      given instanceof Transport ? given : Transport.of(given, { controlExchange, rabbit, log });
    this.#transport = transport;
    onTransport(transport);
    const { driver } = transport;
    await driver.open({ signal });
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
      log,
    });
    this.#control = this.#options.ping ? controlLane() : undefined;
    await this.#control?.start(signal);
    const intake = this.#newIntake(this.#listener, this.#replies);
    this.#intake = intake;
    this.#deafen = transport.onCancellation((msgId) => intake.cancel(msgId));
    void intake.run().catch(onFailure);
  }

  /** Takes nothing more, and gives back what has not begun. */
  async stopTaking(): Promise<void> {
    await this.#intake?.stop();
  }

  /** Asks every method that runs to stop. */
  cancelAll(reason: CancelReason): void {
    this.#intake?.cancelAll(reason);
  }

  /** Resolves when nothing runs any more, and every reply is with the broker. */
  async idle(): Promise<void> {
    await this.#intake?.idle();
  }

  /** Lets the replies to what was just abandoned go out, briefly, and gives up the rest. */
  async flushReplies(): Promise<void> {
    await this.#control?.stop();
    const over = new AbortController();
    await Promise.race([this.idle(), pause(lastRepliesMs, over.signal)]);
    over.abort();
    this.#replies?.stop();
    await this.idle();
  }

  async closeListener(): Promise<void> {
    this.#deafen?.();
    await this.#listener?.close();
  }

  /** Closes the transport, unless it was given. */
  async closeTransport(): Promise<void> {
    if (this.#transport !== this.#options.transport) await this.#transport?.close();
  }

  #newIntake(listener: Listener, replies: ReplySender): Intake {
    const { acknowledge, wire, log, duplicateWindow, maxCrashes } = this.#options;
    const crashes = new Crashes(maxCrashes);
    return new Intake({
      listener,
      executor: this.#executor,
      control: this.#control,
      replies,
      duplicates: new Duplicates(duplicateWindow),
      crashes,
      outcomes: new Outcomes({ replies, crashes, exposeStacks: wire.exposeStacks, log }),
      acknowledge,
      maxBodyBytes: wire.limits.maxBodyBytes,
      log,
    });
  }
}
