import type { NotificationTarget, ServerTarget, Target } from '../../target.ts';
import { newId } from '../../wire/ids.ts';
import type { Destination, NotificationSources } from '../driver.ts';
import type { ResolvedTopologyOptions } from './topology-options.ts';

/** Arguments of an AMQP method, by the names that the broker gives them. */
export type AmqpArguments = Readonly<Record<string, unknown>>;

/** An exchange as `exchange.declare` takes it. */
export interface ExchangeDeclaration {
  readonly name: string;
  readonly type: 'topic' | 'fanout';
  readonly durable: boolean;
  readonly autoDelete: boolean;
}

/** A queue as `queue.declare` takes it; Greenroom's queues are never exclusive. */
export interface QueueDeclaration {
  readonly name: string;
  /** For a topic or one of its servers; for one process's fanouts or replies; a log of all fanouts. */
  readonly kind: 'topic' | 'transient' | 'stream';
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly arguments: AmqpArguments;
}

/** A consumer as `basic.consume` takes it. */
export interface ConsumerDeclaration {
  readonly tag: string;
  readonly arguments: AmqpArguments;
}

/** What a queue gets: the exchange's messages with that key. */
export interface BindingDeclaration {
  readonly exchange: ExchangeDeclaration;
  readonly key: string;
}

/** A queue, and what it gets. */
export interface BoundQueue {
  readonly queue: QueueDeclaration;
  readonly bindings: readonly BindingDeclaration[];
}

/** One queue that a server consumes from, with all that has to exist for it. */
export interface Subscription extends BoundQueue {
  readonly consumer: ConsumerDeclaration;
  /** Whether the server that made the queue deletes it when it closes. */
  readonly ownedByServer: boolean;
}

/** The queue that a client's replies come to, bound to the default exchange by its name. */
export interface ReplySubscription {
  readonly queue: QueueDeclaration;
  readonly consumer: ConsumerDeclaration;
}

/** Where one message is published. */
export interface Route {
  /** Declared before the first publish; absent for the default exchange, which always exists. */
  readonly exchange: ExchangeDeclaration | undefined;
  readonly routingKey: string;
  /** Declared likewise, and bound to the exchange by the routing key, for who listens only later. */
  readonly queue?: QueueDeclaration;
}

/**
 * oslo.messaging's exchanges, queues and bindings, with their flags, under a set of options.
 *
 * Says what there has to be; declares nothing. Source: oslo-wire.md 3.
 */
export class Topology {
  readonly #controlExchange: string;
  readonly #options: ResolvedTopologyOptions;
  readonly #newQueueId: (options: ResolvedTopologyOptions) => string;

  /** @param newQueueId - Makes the last part of the name of each fanout and reply queue. */
  constructor(
    controlExchange: string,
    options: ResolvedTopologyOptions,
    newQueueId: (options: ResolvedTopologyOptions) => string = nextQueueId,
  ) {
    this.#controlExchange = controlExchange;
    this.#options = options;
    this.#newQueueId = newQueueId;
  }

  /**
   * What a server of `target` declares and consumes, in oslo.messaging's order: the topic's shared
   * queue, the server's own, and the fanout queue. A new fanout queue's name at every call.
   */
  subscriptions(target: ServerTarget): readonly Subscription[] {
    const { topic, server } = target;
    const exchange = this.#topicExchange(target.exchange);
    const shared = (name: string, tag: string): Subscription => ({
      queue: this.#topicQueue(name),
      bindings: [{ exchange, key: name }],
      consumer: { tag, arguments: this.#consumerArguments() },
      ownedByServer: false,
    });
    return [shared(topic, '1'), shared(`${topic}.${server}`, '2'), this.#fanout(topic, '3')];
  }

  /**
   * What a listener to notifications declares and consumes: a queue for each topic and priority, or that
   * of the pool for all of them. Queues are named without the exchange, so that of two targets with one
   * topic both are bound to the same.
   */
  notificationSubscriptions(sources: NotificationSources): readonly Subscription[] {
    const { targets, priorities, pool, isTemporary = false } = sources;
    const bindings = new Map<string, BindingDeclaration[]>();
    for (const target of targets) {
      for (const priority of priorities) {
        const binding = this.#notificationBinding(target, priority);
        const name = pool ?? binding.key;
        bindings.set(name, [...(bindings.get(name) ?? []), binding]);
      }
    }
    return [...bindings].map(([name, bound], index) => ({
      queue: isTemporary ? this.#temporaryQueue(name) : this.#topicQueue(name),
      bindings: bound,
      consumer: { tag: `${index + 1}`, arguments: this.#consumerArguments() },
      ownedByServer: false,
    }));
  }

  /** A reply queue of a new name. */
  replies(): ReplySubscription {
    return {
      queue: this.#transientQueue(`reply_${this.#newQueueId(this.#options)}`),
      consumer: { tag: '1', arguments: this.#consumerArguments() },
    };
  }

  /** Where a message to the destination is published. */
  routeTo(destination: Destination): Route {
    switch (destination.type) {
      case 'target':
        return this.routeToTarget(destination.target);
      case 'reply':
        return this.routeToQueue(destination.queue);
      case 'notification':
        return this.routeToNotification(destination.target, destination.priority);
      default:
        return destination satisfies never;
    }
  }

  /** Where a message to `target` is published. Source: oslo-wire.md 4. */
  routeToTarget(target: Target & { readonly topic: string }): Route {
    if (target.fanout) return { exchange: this.#fanoutExchange(target.topic), routingKey: '' };
    const routingKey = target.server ? `${target.topic}.${target.server}` : target.topic;
    return { exchange: this.#topicExchange(target.exchange), routingKey };
  }

  /** Where a reply is published: the default exchange, which is bound to every queue by its name. */
  routeToQueue(queue: string): Route {
    return { exchange: undefined, routingKey: queue };
  }

  /**
   * Where a notification is published: to a queue that its notifier declares too, so that none is lost
   * when no listener has been there yet. Source: oslo-wire.md 3.
   */
  routeToNotification(target: NotificationTarget, priority: string): Route {
    const { exchange, key } = this.#notificationBinding(target, priority);
    return { exchange, routingKey: key, queue: this.#topicQueue(key) };
  }

  #notificationBinding(
    { exchange, topic }: NotificationTarget,
    priority: string,
  ): BindingDeclaration {
    return { exchange: this.#topicExchange(exchange), key: `${topic}.${priority}` };
  }

  #topicExchange(name: string | undefined): ExchangeDeclaration {
    const { durable, quorum, autoDelete } = this.#options;
    return {
      name: name || this.#controlExchange,
      type: 'topic',
      durable: durable || quorum,
      autoDelete,
    };
  }

  // Named after the topic alone: services that share a topic on different control exchanges hear
  // each other's fanouts, as they do with oslo.messaging (oslo-wire.md 1.14).
  #fanoutExchange(topic: string): ExchangeDeclaration {
    return {
      name: `${topic}_fanout`,
      type: 'fanout',
      durable: this.#options.transientQuorum,
      autoDelete: true,
    };
  }

  #topicQueue(name: string): QueueDeclaration {
    const { durable, quorum, autoDelete } = this.#options;
    return {
      name,
      kind: 'topic',
      durable: durable || quorum,
      autoDelete,
      arguments: { ...this.#haArguments(), ...this.#quorumArguments() },
    };
  }

  /** Goes with its last consumer; a minute after it was made, where none has come. */
  #temporaryQueue(name: string): QueueDeclaration {
    return {
      name,
      kind: 'transient',
      // Newer brokers can be told to have no transient queues.
      durable: this.#options.transientQuorum,
      autoDelete: true,
      arguments: { ...this.#haArguments(), 'x-expires': 60_000 },
    };
  }

  #transientQueue(name: string): QueueDeclaration {
    const { transientQuorum, transientTtlMs } = this.#options;
    return {
      name,
      kind: 'transient',
      durable: transientQuorum,
      autoDelete: false,
      arguments: {
        ...this.#haArguments(),
        ...(transientQuorum && { 'x-queue-type': 'quorum' }),
        ...(transientTtlMs > 0 && { 'x-expires': transientTtlMs }),
      },
    };
  }

  #fanout(topic: string, tag: string): Subscription {
    const { streamFanout, queueNames } = this.#options;
    const name = `${topic}_fanout`;
    return {
      queue: streamFanout
        ? this.#streamQueue(name)
        : this.#transientQueue(`${name}_${this.#newQueueId(this.#options)}`),
      bindings: [{ exchange: this.#fanoutExchange(topic), key: topic }],
      consumer: {
        tag,
        arguments: {
          ...this.#consumerArguments(),
          ...(streamFanout && { 'x-stream-offset': 'last' }),
        },
      },
      // A stream is everybody's, and a name that comes again is for the one who comes again.
      ownedByServer: !streamFanout && queueNames === undefined,
    };
  }

  #streamQueue(name: string): QueueDeclaration {
    const { transientTtlMs } = this.#options;
    return {
      name,
      kind: 'stream',
      durable: true,
      autoDelete: false,
      arguments: {
        'x-queue-type': 'stream',
        ...(transientTtlMs > 0 && { 'x-max-age': `${Math.round(transientTtlMs / 1000)}s` }),
      },
    };
  }

  #haArguments(): AmqpArguments {
    return this.#options.haQueues ? { 'x-ha-policy': 'all' } : {};
  }

  #quorumArguments(): AmqpArguments {
    const { quorum, quorumDeliveryLimit, quorumMaxMemoryLength, quorumMaxMemoryBytes } =
      this.#options;
    if (!quorum) return {};
    return {
      'x-queue-type': 'quorum',
      ...(quorumDeliveryLimit > 0 && { 'x-delivery-limit': quorumDeliveryLimit }),
      ...(quorumMaxMemoryLength > 0 && { 'x-max-in-memory-length': quorumMaxMemoryLength }),
      ...(quorumMaxMemoryBytes > 0 && { 'x-max-in-memory-bytes': quorumMaxMemoryBytes }),
    };
  }

  #consumerArguments(): AmqpArguments {
    return this.#options.cancelOnFailover ? { 'x-cancel-on-ha-failover': true } : {};
  }
}

function nextQueueId({ queueNames }: ResolvedTopologyOptions): string {
  if (queueNames === undefined) return newId();
  const owner = `${queueNames.host}:${queueNames.process}`;
  const number = (queueNumbers.get(owner) ?? 0) + 1;
  queueNumbers.set(owner, number);
  return `${owner}:${number}`;
}

/** The last number that each `host:process` of this process's queues has been given. */
const queueNumbers = new Map<string, number>();
