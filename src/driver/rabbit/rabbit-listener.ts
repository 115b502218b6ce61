import { ClosedError, type ErrorSubject, ServerListenError } from '../../errors.ts';
import type { WaitOptions } from '../../waiting.ts';
import { Backlog } from '../backlog.ts';
import type { IncomingMessage, Listener } from '../driver.ts';
import { isRefusal } from './connect-failure.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { ConsumerWatch } from './consumer-watch.ts';
import { consume, declareBoundQueue } from './declaring.ts';
import { RabbitMessage } from './rabbit-message.ts';
import type { Session } from './session.ts';
import type { ConsumerDeclaration, Subscription } from './topology.ts';

/** What errors of a listener are about. */
export interface ListenedTo {
  /** Completes the words "listen on". */
  readonly of: string;
  readonly subject: ErrorSubject;
}

/** What a {@link RabbitListener} consumes, and how. */
export interface RabbitListenerOptions {
  readonly about: ListenedTo;
  readonly subscriptions: readonly Subscription[];
  /** How many messages may be unacknowledged, a queue. */
  readonly prefetch: number;
  readonly connection: Omit<ConnectionOptions, 'role' | 'setUp'>;
  /** Called when the listener has closed. */
  readonly onClose?: (listener: RabbitListener) => void;
}

/**
 * Consumes a server's queues over a connection of its own, which nothing is ever published on: a
 * broker that is short of memory stops reading from connections that publish.
 */
export class RabbitListener implements Listener {
  readonly #of: RabbitListenerOptions;
  readonly #connection: Connection;
  readonly #backlog = new Backlog<RabbitMessage>();
  /** Where the stream, if there is one, goes on after a reconnection. */
  #nextStreamOffset: number | undefined;
  /** The session that is consumed on, from when it is set up for that. */
  #session: Session | undefined;
  #watch: ConsumerWatch | undefined;
  #stopping: Promise<number> | undefined;

  constructor(options: RabbitListenerOptions) {
    this.#of = options;
    this.#connection = new Connection({
      ...options.connection,
      role: 'listen',
      setUp: (session) => this.#setUp(session),
    });
  }

  /**
   * Connects, declares and consumes; resolves when the broker has confirmed every consumer.
   *
   * @throws {@link ServerListenError} when the broker refuses something.
   */
  async start(options: WaitOptions): Promise<void> {
    try {
      await this.#connection.session(options);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async poll(limit: number): Promise<IncomingMessage[]> {
    const messages = await this.#backlog.take(limit);
    for (const { streamOffset } of messages) {
      if (streamOffset !== undefined) this.#nextStreamOffset = streamOffset + 1;
    }
    return messages;
  }

  stop(onReturned?: (message: IncomingMessage) => void): Promise<number> {
    this.#stopping ??= this.#stop(onReturned);
    return this.#stopping;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#deleteOwnQueues();
    await this.#connection.close();
    this.#of.onClose?.(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #setUp(session: Session): Promise<void> {
    try {
      await this.#consume(session);
    } catch (error) {
      throw isRefusal(error) ? this.#refused(error) : error;
    }
  }

  async #consume(session: Session): Promise<void> {
    this.#session = session;
    // A connection that is lost while a server drains is made again, but to take nothing. Nor does one
    // begin to that is being made when the server stops: #stop cancels what has been begun by then.
    for (const subscription of this.#of.subscriptions) {
      if (this.#stopping !== undefined) return;
      await declareBoundQueue(session, subscription);
    }
    if (this.#stopping !== undefined) return;
    await session.method(session.channel.prefetch(this.#of.prefetch), 'the prefetch to be set');
    if (this.#stopping !== undefined) return;
    // What an earlier session left unpolled will be delivered again by this one.
    this.#backlog.clear();
    const { prefetch, connection } = this.#of;
    const isFull = (): boolean => session.traffic.unsettled >= prefetch;
    const watch = new ConsumerWatch(session, connection.options.consumerCheckMs, isFull);
    this.#watch = watch;
    for (const { queue, consumer } of this.#of.subscriptions) {
      const isStream = queue.kind === 'stream';
      // A stream keeps what it has delivered: what is in it tells nothing.
      const watched = isStream ? undefined : watch.add(queue);
      await consume(session, queue.name, this.#goingOn(consumer), {
        onDelivery: (delivery) => {
          if (watched !== undefined) watched.deliveries++;
          const message = new RabbitMessage(session, delivery, isStream);
          if (!this.#backlog.add(message)) message.requeue();
        },
        onCancel: () => {
          // A stream that was deleted begins anew, and its offsets with it.
          if (isStream) this.#nextStreamOffset = undefined;
          session.end(new ClosedError(`the broker cancelled the consumer of queue ${queue.name}`));
        },
      });
      if (watched !== undefined) watched.isConfirmed = true;
      if (this.#stopping !== undefined) return;
    }
  }

  /**
   * The consumer, of a stream from where this process has got to: the broker forgets no cast of a
   * stream, and knows nobody's place in it. Source: oslo-wire.md 3.
   */
  #goingOn({ tag, arguments: args }: ConsumerDeclaration): ConsumerDeclaration {
    const next = this.#nextStreamOffset;
    if (next === undefined || !('x-stream-offset' in args)) return { tag, arguments: args };
    return { tag, arguments: { ...args, 'x-stream-offset': next } };
  }

  #refused(cause: Error): ServerListenError {
    const { of, subject } = this.#of.about;
    return new ServerListenError(`cannot listen on ${of}: ${cause.message}`, {
      cause,
      ...subject,
    });
  }

  async #stop(onReturned?: (message: IncomingMessage) => void): Promise<number> {
    const session = this.#session;
    // What is to be answered yet keeps the session, without a consumer.
    this.#watch?.stop();
    try {
      // Also those of a session that is being set up, and those that it has not come to: a channel's
      // methods go out one after the other, and to cancel what is not consumed does nothing.
      for (const { consumer } of this.#of.subscriptions) {
        if (!session?.isOpen) break;
        await session.method(session.channel.cancel(consumer.tag), 'a consumer to be cancelled');
      }
    } catch {
      // The session ended meanwhile, and its consumers with it: the broker has everything back.
    }
    const unpolled = this.#backlog.end();
    for (const message of unpolled) {
      onReturned?.(message);
      message.requeue();
    }
    return unpolled.length;
  }

  async #deleteOwnQueues(): Promise<void> {
    const session = this.#session;
    try {
      for (const { queue, ownedByServer } of this.#of.subscriptions) {
        if (!ownedByServer || !session?.isOpen) continue;
        await session.method(
          session.channel.deleteQueue(queue.name),
          `queue ${queue.name} to be deleted`,
        );
      }
    } catch {
      // The session ended meanwhile; the broker drops the queue when its `x-expires` has passed.
    }
  }
}
