import { Backlog } from '../backlog.ts';
import type { IncomingMessage, Listener } from '../driver.ts';
import { nextTurn } from './event-loop-turn.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { MemoryConsumer } from './memory-consumer.ts';
import type { ConsumedQueue } from './memory-topology.ts';

/** What a {@link MemoryListener} consumes, and how. */
export interface MemoryListenerOptions {
  readonly broker: MemoryBroker;
  readonly queues: readonly ConsumedQueue[];
  /** How many messages may be unsettled, a queue. */
  readonly prefetch: number;
  /** Called once, when the listener has closed. */
  readonly onClose: (listener: MemoryListener) => void;
}

/** Consumes the queues that it is given, and deletes those that are to go with it. */
export class MemoryListener implements Listener {
  readonly #options: MemoryListenerOptions;
  readonly #backlog = new Backlog<IncomingMessage>();
  readonly #consumers: readonly MemoryConsumer[];
  #stopped: Promise<number> | undefined;
  #isClosed = false;

  constructor(options: MemoryListenerOptions) {
    this.#options = options;
    this.#consumers = options.queues.map(
      ({ queue }) =>
        new MemoryConsumer(queue, options.prefetch, (message) => {
          if (!this.#backlog.add(message)) message.requeue();
        }),
    );
  }

  async poll(limit: number): Promise<IncomingMessage[]> {
    await nextTurn();
    return this.#backlog.take(limit);
  }

  stop(onReturned?: (message: IncomingMessage) => void): Promise<number> {
    this.#stopped ??= Promise.resolve(this.#stop(onReturned));
    return this.#stopped;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.stop();
    for (const consumer of this.#consumers) consumer.close();
    const { broker, queues, onClose } = this.#options;
    for (const { queue, deleted } of queues) {
      const isOver = deleted === 'when-unused' ? !queue.hasConsumer : deleted === 'at-close';
      if (isOver) broker.deleteQueue(queue);
    }
    onClose(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #stop(onReturned: (message: IncomingMessage) => void = () => {}): number {
    const unpolled = this.#backlog.end();
    for (const message of unpolled) onReturned(message);
    for (const consumer of this.#consumers) consumer.cancel(unpolled);
    return unpolled.length;
  }
}
