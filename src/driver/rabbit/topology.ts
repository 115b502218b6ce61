import type { ServerTarget, Target } from '../../target.ts';

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
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** One queue that a server consumes from, with all that has to exist for it. */
export interface Subscription {
  readonly exchange: ExchangeDeclaration;
  readonly queue: QueueDeclaration;
  readonly bindingKey: string;
  readonly consumerTag: string;
  /** Whether the server that made the queue deletes it when it closes. */
  readonly ownedByServer: boolean;
}

/** Where one message is published. */
export interface Route {
  /** Declared before the first publish; absent for the default exchange, which always exists. */
  readonly exchange: ExchangeDeclaration | undefined;
  readonly routingKey: string;
}

/** How long the broker keeps a fanout or reply queue that nobody uses (`x-expires`). */
const transientQueueTtlMs = 1_800_000;

function topicExchange(name: string): ExchangeDeclaration {
  return { name, type: 'topic', durable: false, autoDelete: false };
}

// The fanout exchange is named after the topic alone: services that share a topic on different
// control exchanges hear each other's fanouts, as they do with oslo.messaging (oslo-wire.md 1.14).
function fanoutExchange(topic: string): ExchangeDeclaration {
  return { name: `${topic}_fanout`, type: 'fanout', durable: false, autoDelete: true };
}

function transientQueue(name: string): QueueDeclaration {
  return {
    name,
    durable: false,
    autoDelete: false,
    arguments: { 'x-expires': transientQueueTtlMs },
  };
}

/**
 * What a server of `target` declares and consumes, in oslo.messaging's order: the topic's shared
 * queue, the server's own, and a fanout queue of its own. Source: oslo-wire.md 3.
 *
 * @param uniqueId - Ends the fanout queue's name; the same one for the listener's whole life.
 */
export function serverSubscriptions(
  target: ServerTarget,
  controlExchange: string,
  uniqueId: string,
): readonly Subscription[] {
  const { topic, server } = target;
  const exchange = topicExchange(target.exchange ?? controlExchange);
  const topicSubscription = (name: string, consumerTag: string): Subscription => ({
    exchange,
    queue: { name, durable: false, autoDelete: false, arguments: {} },
    bindingKey: name,
    consumerTag,
    ownedByServer: false,
  });
  return [
    topicSubscription(topic, '1'),
    topicSubscription(`${topic}.${server}`, '2'),
    {
      exchange: fanoutExchange(topic),
      queue: transientQueue(`${topic}_fanout_${uniqueId}`),
      bindingKey: topic,
      consumerTag: '3',
      ownedByServer: true,
    },
  ];
}

/** The queue that a client's replies come to. Source: oslo-wire.md 3. */
export function replyQueue(uniqueId: string): QueueDeclaration {
  return transientQueue(`reply_${uniqueId}`);
}

/** Where a message to `target` is published. Source: oslo-wire.md 4. */
export function routeToTarget(
  target: Target & { readonly topic: string },
  controlExchange: string,
): Route {
  if (target.fanout) return { exchange: fanoutExchange(target.topic), routingKey: '' };
  const routingKey = target.server ? `${target.topic}.${target.server}` : target.topic;
  return { exchange: topicExchange(target.exchange ?? controlExchange), routingKey };
}

/** Where a reply is published: the default exchange, which is bound to every queue by its name. */
export function routeToQueue(queue: string): Route {
  return { exchange: undefined, routingKey: queue };
}
