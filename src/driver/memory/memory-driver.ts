import { ClosedError, MessageUndeliverable } from '../../errors.ts';
import type { ServerTarget } from '../../target.ts';
import { cancelled, type WaitOptions, waitFor } from '../../waiting.ts';
import { contentTypes } from '../../wire/body-format.ts';
import { newId } from '../../wire/ids.ts';
import {
  type ConnectionRole,
  ConnectionStatuses,
  type StatusKeeper,
} from '../connection-status.ts';
import type { Declarations } from '../declarations.ts';
import type {
  Destination,
  Driver,
  Listener,
  ListenOptions,
  NotificationSources,
  OnReply,
  OutgoingMessage,
  SendOptions,
} from '../driver.ts';
import { Outbound } from '../outbound.ts';
import type { TransportUrl } from '../transport-url.ts';
import { inNextTurn, nextTurn } from './event-loop-turn.ts';
import { type MemoryBroker, memoryBroker } from './memory-broker.ts';
import { MemoryConsumer } from './memory-consumer.ts';
import { MemoryListener } from './memory-listener.ts';
import type { MemoryQueue } from './memory-queue.ts';
import { type ConsumedQueue, notificationQueues, serverQueues } from './memory-topology.ts';

/** What a {@link MemoryDriver} is made of. */
export interface MemoryDriverOptions {
  /** Drivers whose URLs name the same host and virtual host share one broker. */
  readonly url: TransportUrl;
  /** The exchange of targets that name none. */
  readonly controlExchange: string;
}

/**
 * Talks to a broker in this process; what is sent can be received by any driver on the same URL.
 *
 * An idle listener does not keep the process from exiting: with nothing else going on, nobody is
 * left who could send to it.
 */
export class MemoryDriver implements Driver {
  readonly kind = 'memory';
  readonly statuses: ConnectionStatuses = new ConnectionStatuses();
  /** Never full: what is sent has arrived. */
  readonly outbound: Outbound = new Outbound({ maxMessages: 1, maxBytes: 1 });
  readonly #broker: MemoryBroker;
  readonly #controlExchange: string;
  readonly #listeners = new Set<MemoryListener>();
  /** Of what would be a connection elsewhere. */
  readonly #connections = new Set<StatusKeeper>();
  #replyQueue: MemoryQueue | undefined;
  /** Not before somebody has waited for it: calls go out in their order, the first one's too. */
  #isReplyQueueOpen = false;
  #isClosed = false;

  constructor({ url, controlExchange }: MemoryDriverOptions) {
    const name = url.hosts.map(({ hostname }) => hostname).join();
    this.#broker = memoryBroker(JSON.stringify([name, url.virtualHost]));
    this.#controlExchange = controlExchange;
    this.#connected('send');
  }

  async open(options: WaitOptions = {}): Promise<void> {
    const what = 'the broker';
    this.#assertReady(what, options);
    await this.#answer(what, options);
  }

  /** A queue in memory is there when it is first used. */
  plan(): Declarations {
    return { exchanges: [], queues: [], bindings: [], consumers: [] };
  }

  async listen(target: ServerTarget, options: ListenOptions): Promise<Listener> {
    return await this.#listen(
      () => serverQueues(this.#broker, this.#controlExchange, target),
      options,
    );
  }

  planNotifications(): Declarations {
    return this.plan();
  }

  async listenForNotifications(
    sources: NotificationSources,
    options: ListenOptions,
  ): Promise<Listener> {
    return await this.#listen(
      () => notificationQueues(this.#broker, this.#controlExchange, sources),
      options,
    );
  }

  async send(
    destination: Destination,
    { body, contentType = contentTypes.json, compression, headers, expirationMs }: OutgoingMessage,
    options: SendOptions = {},
  ): Promise<void> {
    const what = 'the broker to take the message';
    this.#assertReady(what, options);
    const { exchange, routingKey } = this.#route(destination);
    // A copy: the caller may use the body's memory again once the send has settled.
    const isRouted = this.#broker.publish(exchange, routingKey, {
      body: new Uint8Array(body),
      contentType,
      headers: arrivingHeaders(compression, headers),
      expirationMs,
    });
    await this.#answer(what, options);
    if (options.mandatory && !isRouted) throw undeliverable(destination, exchange, routingKey);
  }

  get openReplyQueue(): string | undefined {
    return this.#isClosed || !this.#isReplyQueueOpen ? undefined : this.#replyQueue?.name;
  }

  async takeReplies(onReply: OnReply, options: WaitOptions = {}): Promise<string> {
    const what = 'the reply queue';
    this.#assertReady(what, options);
    this.#replyQueue ??= this.#consumeReplies(onReply);
    const { name } = this.#replyQueue;
    await this.#answer(what, options);
    this.#isReplyQueueOpen = true;
    return name;
  }

  async hasConsumer(queue: string, options: WaitOptions = {}): Promise<boolean> {
    const what = 'the consumers of a queue';
    this.#assertReady(what, options);
    const isConsumed = this.#broker.hasConsumer(queue);
    await this.#answer(what, options);
    return isConsumed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    if (this.#replyQueue !== undefined) this.#broker.deleteQueue(this.#replyQueue);
    for (const connection of this.#connections) connection.closed();
    this.statuses.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #connected(role: ConnectionRole): StatusKeeper {
    const connection = this.statuses.keep(role);
    connection.connected('this process');
    this.#connections.add(connection);
    return connection;
  }

  async #listen(
    makeQueues: () => readonly ConsumedQueue[],
    options: ListenOptions,
  ): Promise<Listener> {
    const what = 'the consumers';
    this.#assertReady(what, options);
    const listener = new MemoryListener({
      broker: this.#broker,
      queues: makeQueues(),
      prefetch: options.prefetch,
      onClose: (closed) => {
        this.#listeners.delete(closed);
        connection.closed();
        this.#connections.delete(connection);
      },
    });
    this.#listeners.add(listener);
    const connection = this.#connected('listen');
    try {
      await this.#answer(what, options);
    } catch (error) {
      await listener.close();
      throw error;
    }
    return listener;
  }

  #consumeReplies(onReply: OnReply): MemoryQueue {
    this.#connected('reply');
    const queue = this.#broker.declareQueue(`reply_${newId()}`);
    new MemoryConsumer(queue, Number.POSITIVE_INFINITY, (message) => {
      inNextTurn(() => {
        message.acknowledge();
        if (!this.#isClosed) onReply(message);
      });
    });
    return queue;
  }

  /** Source: oslo-wire.md 3; the fanout exchange is the topic's, whatever the control exchange is. */
  #route(destination: Destination): MemoryRoute {
    if (destination.type === 'reply') return { exchange: '', routingKey: destination.queue };
    if (destination.type === 'notification') return this.#notificationRoute(destination);
    const { topic, server, fanout, exchange } = destination.target;
    if (fanout) return { exchange: `${topic}_fanout`, routingKey: '' };
    return {
      exchange: exchange || this.#controlExchange,
      routingKey: server ? `${topic}.${server}` : topic,
    };
  }

  /** The notifier's queue is there before the notification is, for who listens only later. */
  #notificationRoute({ target, priority }: Destination & { type: 'notification' }): MemoryRoute {
    const exchange = target.exchange || this.#controlExchange;
    const routingKey = `${target.topic}.${priority}`;
    this.#broker.bind(this.#broker.declareQueue(routingKey), exchange, routingKey);
    return { exchange, routingKey };
  }

  /** Before anything is done: a driver that is closed, or a caller that has given up already. */
  #assertReady(what: string, { signal }: WaitOptions): void {
    if (this.#isClosed) throw closed();
    if (signal?.aborted) throw cancelled(what, signal);
  }

  /** Waits as one waits for a broker's answer, which may not come for the driver is closed. */
  async #answer(what: string, options: WaitOptions): Promise<void> {
    await waitFor(nextTurn(), what, options);
    if (this.#isClosed) throw closed();
  }
}

/** Where a message is published; the default exchange has no name. */
interface MemoryRoute {
  readonly exchange: string;
  readonly routingKey: string;
}

/** As they arrive from a real broker: in an object of their own, without a prototype. */
function arrivingHeaders(
  compression: string | undefined,
  headers: OutgoingMessage['headers'],
): Readonly<Record<string, unknown>> {
  if (compression === undefined && headers === undefined) return noHeaders;
  return Object.freeze(
    Object.assign(Object.create(null), headers, compression !== undefined && { compression }),
  );
}

const noHeaders: Readonly<Record<string, unknown>> = Object.freeze(Object.create(null));

function closed(): ClosedError {
  return new ClosedError('the transport is closed');
}

function undeliverable(
  destination: Destination,
  exchange: string,
  routingKey: string,
): MessageUndeliverable {
  const where = exchange === '' ? 'the default exchange' : `exchange ${exchange}`;
  return new MessageUndeliverable(
    `no queue takes messages for ${routingKey} from ${where}`,
    destination.type === 'reply' ? {} : { target: destination.target },
  );
}
