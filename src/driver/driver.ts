import type { NotificationTarget, ServerTarget, Target } from '../target.ts';
import type { WaitOptions } from '../waiting.ts';
import type { ConnectionStatuses } from './connection-status.ts';
import type { Declarations } from './declarations.ts';
import type { Demand } from './demand.ts';
import type { Outbound } from './outbound.ts';

/**
 * A broker as Greenroom sees it: bytes go to targets and reply queues, bytes come from listeners.
 *
 * The RabbitMQ and the in-memory driver implement it, and one conformance suite
 * (`test/driver/conformance.ts`) says what it means. A driver never reads a body.
 */
export interface Driver extends AsyncDisposable {
  readonly kind: 'rabbit' | 'memory';
  /** The connections that are wanted, and how they are; in memory they never fail. */
  readonly statuses: ConnectionStatuses;
  /** What is on its way to the broker, and how much may be; {@link send} itself refuses nothing for it. */
  readonly outbound: Outbound;
  /**
   * Makes sure that the broker can be reached.
   *
   * @throws {@link MessageDeliveryFailure} when no host could be reached within the retry limit.
   */
  open(options?: WaitOptions): Promise<void>;
  /** What `listen` would declare for the target; asks no broker. */
  plan(target: ServerTarget): Declarations;
  /**
   * Declares what a server of the target needs and begins to consume.
   *
   * Resolves once the broker has confirmed every consumer. Source: oslo-wire.md 3.
   *
   * @throws {@link ServerListenError} when the broker refuses the topology or the consumers.
   */
  listen(target: ServerTarget, options: ListenOptions): Promise<Listener>;
  /** What `listenForNotifications` would declare; asks no broker. */
  planNotifications(sources: NotificationSources): Declarations;
  /**
   * Declares the queues that notifications come to and begins to consume.
   *
   * Resolves once the broker has confirmed every consumer. Source: oslo-wire.md 3 and 16.
   *
   * @throws {@link ServerListenError} when the broker refuses the topology or the consumers.
   */
  listenForNotifications(sources: NotificationSources, options: ListenOptions): Promise<Listener>;
  /**
   * Publishes one message and resolves once the broker has taken charge of it.
   *
   * @throws {@link MessageUndeliverable} when it was `mandatory` and no queue took it;
   * {@link MessageDeliveryFailure} when the broker refused it or was away too long;
   * {@link MessagingTimeout} and {@link CallCancelled} as the options say.
   */
  send(destination: Destination, message: OutgoingMessage, options?: SendOptions): Promise<void>;
  /**
   * Opens this driver's reply queue, once, and hands every message that arrives there to `onReply`;
   * the function given first stays. A later call waits until the queue is there again.
   *
   * @returns The queue's name, to be sent as `_reply_q`; it stays the same over reconnections.
   */
  takeReplies(onReply: OnReply, options?: RetryOptions): Promise<string>;
  /** The name of the reply queue while it is there and consumed: what {@link takeReplies} waits for. */
  readonly openReplyQueue: string | undefined;
  /**
   * Whether anybody consumes from a queue; not when there is no such queue. A queue outlives the
   * process whose replies come to it: that it takes a message does not mean that anybody gets it.
   *
   * @throws {@link MessageDeliveryFailure} when the broker does not say; as the options say.
   */
  hasConsumer(queue: string, options?: WaitOptions): Promise<boolean>;
  /** Lets go of everything at once; safe to call twice, and while something else is under way. */
  close(): Promise<void>;
}

/** Takes a message that came to the reply queue; it has been acknowledged. */
export type OnReply = (reply: ArrivedReply) => void;

/** A message that came to the reply queue. */
export type ArrivedReply = Pick<IncomingMessage, 'body' | 'contentType' | 'headers'>;

/**
 * Where a message goes: to a target's queue or fanout exchange, to a caller's reply queue, or to the
 * listeners of a topic's notifications of one priority, whose queue is there from the first one on,
 * so that it waits for them.
 */
export type Destination =
  | { readonly type: 'target'; readonly target: Target & { readonly topic: string } }
  | { readonly type: 'reply'; readonly queue: string }
  | {
      readonly type: 'notification';
      readonly target: NotificationTarget;
      /** In lower case. */
      readonly priority: string;
    };

/** One message on its way out. */
export interface OutgoingMessage {
  /** The whole body; it is not copied, so leave it alone until the send has settled. */
  readonly body: Uint8Array;
  /** The body's media type. @default 'application/json' */
  readonly contentType?: string | undefined;
  /** How the body is compressed, for the header of that name; absent when it is not. */
  readonly compression?: string | undefined;
  /** Further headers. oslo.messaging sends none, and ignores them: what Python has to know goes elsewhere. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds after which the broker drops the message if nobody took it (AMQP `expiration`). */
  readonly expirationMs?: number;
}

/** How a wait for the broker ends sooner than its time is up. */
export interface RetryOptions extends WaitOptions {
  /**
   * How many further attempts to connect are waited for, when there is no connection; at least 0.
   * @default as many as the time allows
   */
  readonly retry?: number | undefined;
}

export interface SendOptions extends RetryOptions {
  /** Whether it is an error that no queue takes the message. @default false */
  readonly mandatory?: boolean;
  /**
   * Until when a message may wait for a connection, on the clock of `performance.now()`. Unlike
   * `timeoutMs` it leaves alone what is on its way, and costs nothing then.
   */
  readonly publishBefore?: number | undefined;
  /** Ends the wait for a connection with the demand, and nothing is published after that. */
  readonly demand?: Demand | undefined;
}

export interface ListenOptions extends WaitOptions {
  /**
   * How many messages the broker may hand over before the first of them is acknowledged, a queue.
   * Too low and hosts wait for the broker's round trip; too high and work is hoarded. At least 1.
   */
  readonly prefetch: number;
}

/** Which notifications a listener takes, and from which queues. */
export interface NotificationSources {
  readonly targets: readonly NotificationTarget[];
  /** In lower case; each has a queue of its own, `<topic>.<priority>`, unless there is a pool. */
  readonly priorities: readonly string[];
  /**
   * The name of one queue for all of them, which every listener of that pool shares: each pool gets a
   * copy of what is sent once its queue is there. The queues that the notifiers declare, one a topic and
   * priority, still fill: somebody has to listen without a pool, or nobody empties them.
   */
  readonly pool?: string | undefined;
  /** Whether the pool's queue goes when its last listener does. @default false */
  readonly isTemporary?: boolean | undefined;
}

/** A server's ear: polled for messages, never pushing more than it is asked for. */
export interface Listener extends AsyncDisposable {
  /**
   * Waits until something has arrived, then hands over up to `limit` messages, oldest first.
   *
   * An empty list means that the listener has stopped.
   *
   * @throws {@link ClosedError} when another poll is still waiting: one at a time.
   */
  poll(limit: number): Promise<IncomingMessage[]>;
  /**
   * Stops taking: cancels the consumers, gives what was not polled back to its queue, and ends a
   * poll that waits. Messages that were polled can still be acknowledged.
   *
   * @param onReturned - Called with each message that goes back, before it does; by the first call only.
   * @returns How many messages went back; a second call is answered with the first.
   */
  stop(onReturned?: (message: IncomingMessage) => void): Promise<number>;
  /** Stops, and lets go of the connection; what is not acknowledged by then is delivered again. */
  close(): Promise<void>;
}

/**
 * A message that a listener handed over; to be settled once, with one of the four verbs.
 *
 * A second verb, and any verb on a message whose connection is gone, does nothing: the broker
 * delivers such a message again.
 */
export interface IncomingMessage {
  /** The body as it arrived. It may be a view of a larger buffer: copy it before it crosses a thread. */
  readonly body: Uint8Array;
  /**
   * Whether nobody else reads the buffer of the body, so that one which the body fills may be moved to
   * another thread; the body is empty here after that.
   */
  readonly ownsBody: boolean;
  readonly contentType: string | undefined;
  /** Headers of the message, in an object without a prototype; whatever the sender put there. */
  readonly headers: Readonly<Record<string, unknown>>;
  /**
   * The caller's patience in milliseconds when it sent the message (AMQP `expiration`), for calls
   * only. The broker does not say how much of it the queue has used up.
   */
  readonly expirationMs: number | undefined;
  /** When the message arrived here, on the clock of `performance.now()`. */
  readonly arrivedAt: number;
  /** Whether the broker has delivered it before. */
  readonly redelivered: boolean;
  /** Done with: the broker forgets it. */
  acknowledge(): void;
  /** Not started: the broker delivers it again, here or elsewhere. */
  requeue(): void;
  /** Started, and to be tried again: as `requeue`, and counted towards the queue's delivery limit. */
  retry(): void;
  /** Not to be had: the broker dead-letters or drops it. */
  reject(): void;
}
