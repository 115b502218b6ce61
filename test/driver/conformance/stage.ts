import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type {
  Destination,
  Driver,
  IncomingMessage,
  Listener,
  OutgoingMessage,
  SendOptions,
} from '../../../src/driver/driver.ts';
import type { Target } from '../../../src/target.ts';

/** Makes a driver that has not been opened. */
export type MakeDriver = () => Promise<Driver> | Driver;

/** A driver with a topic and an exchange that no other test uses. */
export interface Stage {
  readonly driver: Driver;
  readonly topic: string;
  readonly exchange: string;
  /** Listens as a server of the topic; closed with the driver. */
  listen(server: string, prefetch?: number): Promise<Listener>;
  /** Sends text to the topic, or to what the target says in addition. */
  send(text: string, target?: Target, options?: StageSendOptions): Promise<void>;
}

/** The rest of the message, and how to send it. */
export type StageSendOptions = SendOptions & Pick<OutgoingMessage, 'expirationMs'>;

/** Makes a driver, opens it, and closes it when the test is over. */
export async function openDriver(makeDriver: MakeDriver): Promise<Driver> {
  const driver = await makeDriver();
  onTestFinished(() => driver.close());
  await driver.open();
  return driver;
}

/** Makes a {@link Stage}, on the topic of another one if there is such. */
export async function openStage(makeDriver: MakeDriver, other?: Stage): Promise<Stage> {
  const driver = await openDriver(makeDriver);
  const topic = other?.topic ?? `topic-${randomUUID()}`;
  const exchange = other?.exchange ?? `exchange-${randomUUID()}`;
  return {
    driver,
    topic,
    exchange,
    listen: (server, prefetch = 100) => driver.listen({ exchange, topic, server }, { prefetch }),
    send: (text, target = {}, { expirationMs, ...options } = {}) =>
      driver.send(
        { type: 'target', target: { exchange, topic, ...target } },
        { ...outgoing(text), ...(expirationMs !== undefined && { expirationMs }) },
        options,
      ),
  };
}

/** A message with that text. */
export function outgoing(text: string): OutgoingMessage {
  return { body: Buffer.from(JSON.stringify({ text })) };
}

/** Where a reply goes. */
export function replyTo(queue: string): Destination {
  return { type: 'reply', queue };
}

/** The name of a reply queue that nobody has. */
export function unknownReplyQueue(): string {
  return `reply_${randomUUID().replaceAll('-', '')}`;
}

/** The text of a message that was made by {@link outgoing}. */
export function textOf({ body }: Pick<IncomingMessage, 'body'>): string {
  return JSON.parse(Buffer.from(body).toString()).text;
}

/** Polls for one message after the other until there are as many, and never asks for more. */
export async function take(listener: Listener, count: number): Promise<IncomingMessage[]> {
  const taken: IncomingMessage[] = [];
  while (taken.length < count) {
    const polled = await listener.poll(count - taken.length);
    if (polled.length === 0) throw new Error(`the listener stopped after ${taken.length} messages`);
    taken.push(...polled);
  }
  return taken;
}

/** Polls for one message. */
export async function takeOne(listener: Listener): Promise<IncomingMessage> {
  const [message] = await take(listener, 1);
  if (message === undefined) throw new Error('unreachable: take returned nothing');
  return message;
}

/** Polls for messages, acknowledges them, and says what they were. */
export async function takeTexts(listener: Listener, count: number): Promise<string[]> {
  const messages = await take(listener, count);
  for (const message of messages) message.acknowledge();
  return messages.map(textOf);
}
