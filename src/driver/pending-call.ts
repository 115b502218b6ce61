import { type ErrorSubject, MessagingTimeout } from '../errors.ts';
import type { SlotMap } from '../slot-map.ts';
import { formatTarget } from '../target.ts';
import {
  cancelled,
  type Deferred,
  deferred,
  longestTimerMs,
  onAbort,
  type WaitOptions,
} from '../waiting.ts';
import type { ConnectionStatus } from './connection-status.ts';
import { withTrouble } from './connection-trouble.ts';
import { Demand } from './demand.ts';
import { Silence } from './silence.ts';

/** What a {@link PendingCall} is about, and how long it waits. */
export interface PendingCallOptions extends WaitOptions {
  readonly timeoutMs: number;
  /** How long the server may be silent, in milliseconds. @default as long as it likes */
  readonly silenceMs?: number | undefined;
  readonly about: CallSubject;
}

/** What the calls of a process share. */
export interface CallsAtLarge {
  /** Those that wait, by their ids; one that has ended takes itself off. */
  readonly waiting: SlotMap<unknown, PendingCall>;
  /** How the connections are, for an error that would not say why otherwise. */
  readonly statuses: () => readonly ConnectionStatus[];
}

/** Which call it is; every error names it. */
export type CallSubject = Required<ErrorSubject>;

/** What a call waits for, in words. */
export function replyTo({ method, target }: CallSubject): string {
  return `the reply to ${method} from ${formatTarget(target)}`;
}

/** A call that waits for its reply, no longer than its caller is willing to. */
export class PendingCall {
  readonly about: CallSubject;
  /** Over with the call: what is not sent by then need not be. */
  readonly demand: Demand = new Demand();
  readonly #atLarge: CallsAtLarge;
  readonly #timer: NodeJS.Timeout;
  readonly #silence: Silence | undefined;
  readonly #ignoreSignal: (() => void) | undefined;
  readonly #ended: Deferred<unknown> = deferred();
  /** The last result that was not null: servers before oslo.messaging 4 end with an empty message. */
  #result: unknown = null;

  constructor(options: PendingCallOptions, atLarge: CallsAtLarge) {
    const { timeoutMs, signal, silenceMs, about } = options;
    this.#atLarge = atLarge;
    atLarge.waiting.set(options.about.msgId, this);
    this.about = about;
    this.#timer = setTimeout(
      () => this.#timeOut(`timed out after ${timeoutMs} ms waiting for ${replyTo(about)}`),
      Math.min(Math.max(timeoutMs, 0), longestTimerMs),
    );
    if (signal !== undefined) {
      this.#ignoreSignal = onAbort(signal, () => {
        this.fail(cancelled(replyTo(about), signal, about));
      });
    }
    if (silenceMs === undefined) return;
    const { method } = about;
    const text = `heard nothing of ${method} for ${silenceMs} ms: its server may be gone`;
    this.#silence = new Silence(silenceMs, () => this.#timeOut(text));
  }

  /** The result; rejects as the call ends otherwise. */
  get ended(): Promise<unknown> {
    return this.#ended.promise;
  }

  /** The server says that it is still running, or sends a result that is yet to be ended. */
  heard(result: unknown): void {
    this.#result = result ?? this.#result;
    this.#silence?.broken();
  }

  succeed(result: unknown): void {
    if (this.#end()) this.#ended.resolve(result ?? this.#result);
  }

  fail(error: unknown): void {
    if (this.#end()) this.#ended.reject(withTrouble(error, this.#atLarge.statuses()));
  }

  #timeOut(text: string): void {
    this.fail(new MessagingTimeout(text, this.about));
  }

  #end(): boolean {
    if (this.demand.isOver) return false;
    this.demand.end();
    clearTimeout(this.#timer);
    this.#silence?.stop();
    this.#ignoreSignal?.();
    this.#atLarge.waiting.delete(this.about.msgId);
    return true;
  }
}
