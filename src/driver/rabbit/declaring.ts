import type { Channel, ConsumeMessage } from 'amqplib';
import type { Session } from './session.ts';
import type {
  ConsumerDeclaration,
  ExchangeDeclaration,
  QueueDeclaration,
  Subscription,
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
 * @throws {@link TopologyMismatch} when it exists with other arguments.
 */
export async function declareQueue(session: Session, queue: QueueDeclaration): Promise<void> {
  const { name, durable, autoDelete } = queue;
  await explained(
    { what: 'queue', of: queue },
    session.method(
      session.channel.assertQueue(name, {
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

/** Declares exchange, queue and binding of a subscription, in oslo.messaging's order. */
export async function declareSubscription(session: Session, of: Subscription): Promise<void> {
  await declareExchange(session, of.exchange);
  await declareQueue(session, of.queue);
  await session.method(
    session.channel.bindQueue(of.queue.name, of.exchange.name, of.bindingKey),
    `queue ${of.queue.name} to be bound`,
  );
}

/** Begins to consume a queue; `onDelivery` gets `null` when the broker cancels the consumer. */
export async function consume(
  session: Session,
  queue: string,
  { tag, arguments: args }: ConsumerDeclaration,
  onDelivery: (delivery: ConsumeMessage | null) => void,
): Promise<void> {
  await session.method(
    session.channel.consume(queue, onDelivery, {
      consumerTag: tag,
      noAck: false,
      arguments: { ...args },
    }),
    `the consumer of queue ${queue}`,
  );
}
