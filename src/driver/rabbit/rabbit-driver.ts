import { ClosedError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { formatTarget, type ServerTarget } from '../../target.ts';
import type { WaitOptions } from '../../waiting.ts';
import { ConnectionStatuses } from '../connection-status.ts';
import type { Declarations } from '../declarations.ts';
import type {
  Destination,
  Driver,
  Listener,
  ListenOptions,
  NotificationSources,
  OnReply,
  OutgoingMessage,
  RetryOptions,
  SendOptions,
} from '../driver.ts';
import { Outbound } from '../outbound.ts';
import type { TransportUrl } from '../transport-url.ts';
import { openQueueId, plannedDeclarations } from './planned-declarations.ts';
import { type ListenedTo, RabbitListener } from './rabbit-listener.ts';
import type { RabbitOptions } from './rabbit-options.ts';
import { ReplyConsumer } from './reply-consumer.ts';
import { resolveRabbitOptions } from './resolve-rabbit-options.ts';
import { Sender } from './sender.ts';
import { type Subscription, Topology } from './topology.ts';

/** What a {@link RabbitDriver} is made of. */
export interface RabbitDriverOptions {
  readonly url: TransportUrl;
  /** The exchange of targets that name none. */
  readonly controlExchange: string;
  readonly log: Log;
  readonly rabbit?: RabbitOptions | undefined;
}

/**
 * Talks to RabbitMQ with oslo.messaging's topology, over three connections at the most: one a
 * listener, one to send, one to take replies. Each is made when it is first needed.
 */
export class RabbitDriver implements Driver {
  readonly kind = 'rabbit';
  readonly statuses: ConnectionStatuses = new ConnectionStatuses();
  readonly outbound: Outbound;
  readonly #topology: Topology;
  /** The same with the names of new queues left open. */
  readonly #plannedTopology: Topology;
  readonly #connection: ConstructorParameters<typeof Sender>[0];
  readonly #sender: Sender;
  readonly #listeners = new Set<RabbitListener>();
  #replies: ReplyConsumer | undefined;
  #closing: Promise<void> | undefined;

  constructor({ url, controlExchange, log, rabbit }: RabbitDriverOptions) {
    const { connection, topology } = resolveRabbitOptions(rabbit ?? {}, url);
    this.#topology = new Topology(controlExchange, topology);
    this.#plannedTopology = new Topology(controlExchange, topology, openQueueId);
    this.outbound = new Outbound(connection.outbound);
    this.#connection = { url, options: connection, log, statuses: this.statuses };
    this.#sender = new Sender(this.#connection, this.outbound);
    if (connection.tls === undefined && !connection.allowPlaintext) warnOfPlaintext(url, log);
  }

  async open(options: WaitOptions = {}): Promise<void> {
    this.#assertOpen();
    await this.#sender.open(options);
  }

  plan(target: ServerTarget): Declarations {
    return plannedDeclarations(this.#plannedTopology.subscriptions(target));
  }

  async listen(target: ServerTarget, options: ListenOptions): Promise<Listener> {
    return await this.#listen(
      { of: formatTarget(target), subject: { target } },
      this.#topology.subscriptions(target),
      options,
    );
  }

  planNotifications(sources: NotificationSources): Declarations {
    return plannedDeclarations(this.#plannedTopology.notificationSubscriptions(sources));
  }

  async listenForNotifications(
    sources: NotificationSources,
    options: ListenOptions,
  ): Promise<Listener> {
    const topics = sources.targets.map((target) => formatTarget(target)).join(', ');
    return await this.#listen(
      { of: `notifications of ${topics}`, subject: {} },
      this.#topology.notificationSubscriptions(sources),
      options,
    );
  }

  send(
    destination: Destination,
    message: OutgoingMessage,
    options: SendOptions = {},
  ): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(closed());
    return this.#sender.send(this.#topology.routeTo(destination), message, options);
  }

  get openReplyQueue(): string | undefined {
    return this.#closing === undefined ? this.#replies?.openQueue : undefined;
  }

  async takeReplies(onReply: OnReply, options: RetryOptions = {}): Promise<string> {
    this.#assertOpen();
    this.#replies ??= new ReplyConsumer(this.#topology.replies(), onReply, this.#connection);
    const { openQueue } = this.#replies;
    if (openQueue !== undefined) return openQueue;
    const replies = this.#replies;
    return await this.outbound.waitAside(() => replies.ready(options));
  }

  async hasConsumer(queue: string, options: WaitOptions = {}): Promise<boolean> {
    this.#assertOpen();
    return await this.#sender.hasConsumer(queue, options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(
    about: ListenedTo,
    subscriptions: readonly Subscription[],
    options: ListenOptions,
  ): Promise<Listener> {
    this.#assertOpen();
    const { prefetch } = options;
    const connection = this.#connection;
    const listener = new RabbitListener({
      about,
      subscriptions,
      prefetch,
      connection,
      onClose: (closed) => this.#listeners.delete(closed),
    });
    this.#listeners.add(listener);
    // One that does not start closes itself.
    await listener.start(options);
    return listener;
  }

  // In the order of a message: what takes in goes first, what answers goes last.
  async #close(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    await this.#replies?.close();
    await this.#sender.close();
    this.statuses.end();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

function warnOfPlaintext({ hosts }: TransportUrl, log: Log): void {
  const isHere = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
  const remote = hosts.map(({ hostname }) => hostname).filter((name) => !isHere.test(name));
  if (remote.length === 0) return;
  log.warn(
    { hosts: remote },
    'connecting without TLS: who listens on the way reads passwords and messages; ' +
      'use amqps://, or say rabbit.allowPlaintext: true',
  );
}

function closed(): ClosedError {
  return new ClosedError('the transport is closed');
}
