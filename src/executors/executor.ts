import type { CancelReason } from '../cancel-reason.ts';
import type { Failure } from '../wire/failure.ts';
import type { LabelledBody } from '../wire/labelled-body.ts';

/** The names that `runtime.start({ executor })` takes. */
export const executorNames = ['blocking', 'async', 'pool', 'process'] as const;

/** Decides where a message is dispatched and how many at once. */
export type ExecutorName = (typeof executorNames)[number];

/**
 * Runs requests: in this thread or in hosts, never more than `slots` at a time.
 *
 * An executor takes bytes and returns an {@link Outcome}; it does not throw for what an endpoint
 * does, and it never sees a broker.
 */
export interface Executor {
  readonly name: ExecutorName;
  /** How many requests run at once, at the most. */
  readonly slots: number;
  /** Whether the next request may begin only when the reply to the one before has been sent. */
  readonly inTurn: boolean;
  /**
   * Loads the endpoints and makes the slots ready.
   *
   * @throws {@link ExecutorLoadFailure} when an endpoint module can't be loaded, with the reason;
   * {@link ClosedError} when the executor is stopped, before or meanwhile.
   */
  start(signal: AbortSignal): Promise<void>;
  /** The priorities of notifications that an endpoint has a method for; none before the start. */
  readonly priorities: readonly string[];
  /** How many requests it takes now: those that could begin, and those that wait in a host until then. */
  readonly credit: number;
  /** Resolves when there is credit, or when the executor has stopped. */
  whenCredit(): Promise<void>;
  /**
   * Runs one request to its end, or until its deadline has passed and its grace is over.
   *
   * @param onBegin - Called once, in this thread, when the request has been read and its method is
   * about to run; never called for a malformed body. Where the work asks, its answer decides.
   */
  execute(work: Work, onBegin: (begun: Begun) => boolean): Execution;
  /** Ends at once: what still runs is abandoned, and its outcome is `lost`. Idempotent. */
  stop(): Promise<void>;
  /** Settles when the executor can run nothing more: with the reason, or nothing after `stop()`. */
  readonly closed: Promise<Error | undefined>;
}

/** One request that an executor has taken. */
export interface Execution {
  /** What came of it; never rejects. */
  readonly outcome: Promise<Outcome>;
  /**
   * Asks the method to stop: `ctx.signal` aborts and `ctx.aborted` is true, for the first reason that is
   * given. When it has not ended a grace later the outcome is `cancelled`, and a host that it
   * runs in is terminated. Nothing once the outcome has come.
   */
  cancel(reason: CancelReason): void;
  /** Takes it back if it waits in a host for others to end: its outcome is `withdrawn`. */
  withdraw(): void;
}

/** One request, or some notifications, on the way to a method. */
export interface Work {
  /** The body as the driver delivered it. */
  readonly body: Uint8Array;
  /** Whether the body's buffer may be moved away, if the body fills it. @default false */
  readonly ownsBody?: boolean;
  /** The body's media type; a body without one is malformed, as it is for oslo.messaging. */
  readonly contentType: string | undefined;
  /** What its `compression` header says; absent when it has none that is text. */
  readonly compression?: string | undefined;
  /** When the caller stops waiting, on the clock of `performance.now()` of this thread. */
  readonly deadline: number | undefined;
  /**
   * Whether the method may only begin when `onBegin` says so: what decides it could not be found
   * without reading the body. It costs a host a round trip. @default false
   */
  readonly asksToBegin?: boolean;
  /**
   * Whether it is to have a host to itself: it was there when one crashed, and if that happens again
   * it is to be known whose doing it is. @default false
   */
  readonly alone?: boolean;
  /**
   * The notifications that the body consists of, to be handled together; absent where it is a request.
   * What is said of one body is said of each here. @default the body is a request
   */
  readonly notifications?: readonly BodyPart[] | undefined;
}

/** Where one of the notifications in a {@link Work}'s body ends, and what was said of it. */
export interface BodyPart extends Pick<Work, 'contentType' | 'compression'> {
  /** In bytes from the beginning of the body, in which they stand one after the other. */
  readonly end: number;
}

/** What is known of a request once it has been read. */
export interface Begun {
  /** For people: cut, and fit for a log. */
  readonly method: string;
  /** The message's `_unique_id`; absent when it has none that can be remembered. */
  readonly uniqueId: string | undefined;
  /** Where the answer goes; absent for a cast. */
  readonly replyTo: ReplyTo | undefined;
  /** How often the caller wants to hear that the call is still running, in ms; absent when it does not. */
  readonly keepAliveMs: number | undefined;
}

/** The caller's reply queue, and the call's id there (`_reply_q` and `_msg_id`). */
export interface ReplyTo {
  readonly queue: string;
  /** As it stood in the request, which may be no string; from a host, only what is a plain value. */
  readonly msgId: unknown;
}

/** Which of a work's notifications were not handled, by their places in its body. */
export interface HandledNotifications {
  /** To come again. */
  readonly requeued: readonly number[];
  /** No messages, with the reason. */
  readonly malformed: readonly { readonly place: number; readonly reason: string }[];
}

/** What came of a request. */
export type Outcome =
  /** The method ran, or could not be called; `body` is the encoded reply of a call. */
  | {
      readonly type: 'done';
      readonly method: string;
      readonly replyTo: ReplyTo | undefined;
      readonly reply: LabelledBody | undefined;
      /** What went wrong, if it did; for the log. */
      readonly failure: Failure | undefined;
      /** Whether the failure is the caller's doing or was announced: no error to log. */
      readonly expected: boolean;
      /** Why it was asked to stop, if it was before it ended. */
      readonly cancelled?: CancelReason | undefined;
      /** What became of each, where it was notifications; those that are not named were handled. */
      readonly notifications?: HandledNotifications | undefined;
    }
  /** It asked whether it may begin, and may not; nothing ran. */
  | { readonly type: 'refused' }
  /** It was taken back before it began; nothing ran, and its body is as it was. */
  | { readonly type: 'withdrawn' }
  /** The body was no request; nothing ran. */
  | { readonly type: 'malformed'; readonly error: Error }
  /** It was asked to stop and did not within its grace; nobody waits for the method any more. */
  | {
      readonly type: 'cancelled';
      readonly reason: CancelReason;
      readonly begun: Begun | undefined;
    }
  /** The place where it ran is gone; whether the method finished is unknown. */
  | { readonly type: 'lost'; readonly error: Error; readonly begun: Begun | undefined };
