import type { Channel } from 'amqplib';
import type { OnDelivery } from './frames/delivery.ts';
import type { Session } from './session.ts';
import type {
  BoundQueue,
  ConsumerDeclaration,
  ExchangeDeclaration,
  QueueDeclaration,
} from './topology.ts';
import { type Declared, explainMismatch } from './topology-mismatch.ts';

/**
 * Declares an exchange; does nothing when it exists with the same arguments.
 *
 * @param channel - The session's own by default, which ends, with the session, when it is refused.
 * @throws {@link TopologyMismatch} when it exists with other arguments.
 */
export async function declareExchange(
  session: Session,
  exchange: ExchangeDeclaration,
  channel: Channel = session.channel,
): Promise<void> {
  const { name, type, durable, autoDelete } = exchange;
  await explained(
    { what: 'exchange', of: exchange },
    session.method(
      channel.assertExchange(name, type, { durable, autoDelete }),
      `exchange ${name} to be declared`,
    ),
  );
}

/**
 * Declares a queue; does nothing when it exists with the same arguments.
 *
 * @param channel - As for {@link declareExchange}.
 * @throws {@link TopologyMismatch} when it exists with other arguments.
 */
export async function declareQueue(
  session: Session,
  queue: QueueDeclaration,
  channel: Channel = session.channel,
): Promise<void> {
  const { name, durable, autoDelete } = queue;
  await explained(
    { what: 'queue', of: queue },
    session.method(
      channel.assertQueue(name, {
        durable,
        autoDelete,
        exclusive: false,
        arguments: { ...queue.arguments },
      }),
      `queue ${name} to be declared`,
    ),
  );
}

async function explained(declared: Declared, answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    throw explainMismatch(error, declared);
  }
}

/**
 * Declares the exchanges that a queue is bound to, the queue, and its bindings, in oslo.messaging's order.
 *
 * @param channel - As for {@link declareExchange}.
 */
export async function declareBoundQueue(
  session: Session,
  { queue, bindings }: BoundQueue,
  channel: Channel = session.channel,
): Promise<void> {
  const exchanges = new Map(bindings.map(({ exchange }) => [exchange.name, exchange]));
  for (const exchange of exchanges.values()) await declareExchange(session, exchange, channel);
  await declareQueue(session, queue, channel);
  for (const { exchange, key } of bindings) {
    await session.method(
      channel.bindQueue(queue.name, exchange.name, key),
      `queue ${queue.name} to be bound`,
    );
  }
}

/** Who hears of a consumer. */
export interface ConsumerHandlers {
  readonly onDelivery: OnDelivery;
  /** The broker has cancelled it. */
  readonly onCancel: () => void;
}

/** Begins to consume a queue. */
export async function consume(
  session: Session,
  queue: string,
  { tag, arguments: args }: ConsumerDeclaration,
  { onDelivery, onCancel }: ConsumerHandlers,
): Promise<void> {
  session.traffic.onDelivery(tag, onDelivery);
  await session.method(
    // With `null` amqplib says that it is cancelled; deliveries do not come this way.
    session.channel.consume(queue, onCancel, {
      consumerTag: tag,
      noAck: false,
      arguments: { ...args },
    }),
    `the consumer of queue ${queue}`,
  );
}
