import { type ErrorSubject, MessagingTimeout } from '../errors.ts';
import { cancelled, longestTimerMs, onAbort, type WaitOptions } from '../waiting.ts';
import { Demand } from './demand.ts';
import { Silence } from './silence.ts';

/** What a {@link PendingCall} is about, and how long it waits. */
export interface PendingCallOptions extends WaitOptions {
  readonly timeoutMs: number;
  /** How long the server may be silent, in milliseconds. @default as long as it likes */
  readonly silenceMs?: number | undefined;
  /** Who to name in an error. */
  readonly about: ErrorSubject;
  /** What is waited for, in words; asked for only where they are needed. */
  readonly what: () => string;
}

/** A call that waits for its reply, no longer than its caller is willing to. */
export class PendingCall {
  /** The result; rejects as the call ends otherwise. */
  readonly ended: Promise<unknown>;
  readonly about: ErrorSubject;
  readonly what: () => string;
  /** Over with the call: what is not sent by then need not be. */
  readonly demand: Demand = new Demand();
  readonly #onEnd: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #silence: Silence | undefined;
  readonly #ignoreSignal: (() => void) | undefined;
  #resolve: (result: unknown) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  /** The last result that was not null: servers before oslo.messaging 4 end with an empty message. */
  #result: unknown = null;

  /** @param onEnd - Called once, when the call has ended, however it did. */
  constructor(options: PendingCallOptions, onEnd: () => void) {
    const { timeoutMs, signal, silenceMs, about, what } = options;
    this.#onEnd = onEnd;
    this.about = about;
    this.what = what;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#timer = setTimeout(
      () => this.#timeOut(`timed out after ${timeoutMs} ms waiting for ${what()}`),
      Math.min(Math.max(timeoutMs, 0), longestTimerMs),
    );
    if (signal !== undefined) {
      this.#ignoreSignal = onAbort(signal, () => this.fail(cancelled(what(), signal, about)));
    }
    if (silenceMs === undefined) return;
    const { method } = about;
    const text = `heard nothing of ${method} for ${silenceMs} ms: its server may be gone`;
    this.#silence = new Silence(silenceMs, () => this.#timeOut(text));
  }

  /** The server says that it is still running, or sends a result that is yet to be ended. */
  heard(result: unknown): void {
    this.#result = result ?? this.#result;
    this.#silence?.broken();
  }

  succeed(result: unknown): void {
    if (this.#end()) this.#resolve(result ?? this.#result);
  }

  fail(error: unknown): void {
    if (this.#end()) this.#reject(error);
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
    this.#onEnd();
    return true;
  }
}
