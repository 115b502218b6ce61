import type { ServerTarget } from '../../target.ts';
import { newId } from '../../wire/ids.ts';
import { Backlog } from '../backlog.ts';
import type { IncomingMessage, Listener } from '../driver.ts';
import { nextTurn } from './event-loop-turn.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { MemoryConsumer } from './memory-consumer.ts';
import type { MemoryQueue } from './memory-queue.ts';

/** What a {@link MemoryListener} consumes, and how. */
export interface MemoryListenerOptions {
  readonly broker: MemoryBroker;
  readonly target: ServerTarget;
  /** The exchange that the topic is scoped by. */
  readonly exchange: string;
  /** How many messages may be unsettled, a queue. */
  readonly prefetch: number;
  /** Called once, when the listener has closed. */
  readonly onClose: (listener: MemoryListener) => void;
}

/** Consumes a server's three queues; a closed one leaves the topic's and the server's behind. */
export class MemoryListener implements Listener {
  readonly #options: MemoryListenerOptions;
  readonly #backlog = new Backlog<IncomingMessage>();
  readonly #fanoutQueue: MemoryQueue;
  readonly #consumers: readonly MemoryConsumer[];
  #stopped: Promise<number> | undefined;
  #isClosed = false;

  constructor(options: MemoryListenerOptions) {
    const { broker, exchange, prefetch } = options;
    const { topic, server } = options.target;
    this.#options = options;
    const bound = (name: string, exchangeName: string, routingKey: string): MemoryQueue => {
      const queue = broker.declareQueue(name);
      broker.bind(queue, exchangeName, routingKey);
      return queue;
    };
    const topicQueue = bound(topic, exchange, topic);
    const serverQueue = bound(`${topic}.${server}`, exchange, `${topic}.${server}`);
    const fanoutName = `${topic}_fanout_${newId()}`;
    this.#fanoutQueue = bound(fanoutName, `${topic}_fanout`, '');
    this.#consumers = [topicQueue, serverQueue, this.#fanoutQueue].map(
      (queue) => new MemoryConsumer(queue, prefetch, (message) => this.#backlog.add(message)),
    );
  }

  async poll(limit: number): Promise<IncomingMessage[]> {
    await nextTurn();
    return this.#backlog.take(limit);
  }

  stop(): Promise<number> {
    this.#stopped ??= Promise.resolve(this.#stop());
    return this.#stopped;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.stop();
    for (const consumer of this.#consumers) consumer.close();
    this.#options.broker.deleteQueue(this.#fanoutQueue);
    this.#options.onClose(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #stop(): number {
    const unpolled = this.#backlog.end();
    for (const consumer of this.#consumers) consumer.cancel(unpolled);
    return unpolled.length;
  }
}
