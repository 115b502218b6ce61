import type { ConsumeMessage } from 'amqplib';
import type { Session } from './session.ts';
import type {
  ConsumerDeclaration,
  ExchangeDeclaration,
  QueueDeclaration,
  Subscription,
} from './topology.ts';

/** Declares an exchange; does nothing when it exists with the same arguments. */
export async function declareExchange(
  session: Session,
  { name, type, durable, autoDelete }: ExchangeDeclaration,
): Promise<void> {
  await session.method(
    session.channel.assertExchange(name, type, { durable, autoDelete }),
    `exchange ${name} to be declared`,
  );
}

/** Declares a queue; does nothing when it exists with the same arguments. */
export async function declareQueue(session: Session, queue: QueueDeclaration): Promise<void> {
  const { name, durable, autoDelete } = queue;
  await session.method(
    session.channel.assertQueue(name, {
      durable,
      autoDelete,
      exclusive: false,
      arguments: { ...queue.arguments },
    }),
    `queue ${name} to be declared`,
  );
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

/**
 * Whether the broker understood a method and said no (AMQP reply codes 4xx: access refused, not
 * found, resource locked, precondition failed); asking again would not change its mind.
 */
export function isRefusal(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code >= 400 && code < 500;
}
