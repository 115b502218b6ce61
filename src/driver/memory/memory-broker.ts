import { MemoryQueue } from './memory-queue.ts';
import type { MemoryMessage } from './message-list.ts';

/**
 * A broker within this process: queues by name, and exchanges that route to them.
 *
 * It has RabbitMQ's semantics as far as Greenroom needs them. A queue's name holds for the whole
 * broker, whatever exchange it is bound to, and binding keys are literal: `*` and `#` mean nothing.
 * Queues stay until they are deleted, with or without consumers.
 */
export class MemoryBroker {
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #bindings = new Map<string, Set<MemoryQueue>>();

  /** Finds the queue, or makes it. */
  declareQueue(name: string): MemoryQueue {
    const queue = this.#queues.get(name) ?? new MemoryQueue(name);
    this.#queues.set(name, queue);
    return queue;
  }

  /** Has an exchange route a key to the queue from now on. */
  bind(queue: MemoryQueue, exchange: string, routingKey: string): void {
    const key = bindingKey(exchange, routingKey);
    this.#bindings.set(key, (this.#bindings.get(key) ?? new Set()).add(queue));
  }

  /** Removes the queue, its bindings, and the messages in it. */
  deleteQueue(queue: MemoryQueue): void {
    this.#queues.delete(queue.name);
    for (const [key, queues] of this.#bindings) {
      queues.delete(queue);
      if (queues.size === 0) this.#bindings.delete(key);
    }
  }

  /** Whether there is a queue of that name, and anybody who takes from it. */
  hasConsumer(name: string): boolean {
    return this.#queues.get(name)?.hasConsumer ?? false;
  }

  /**
   * Hands a message to every queue it is routed to.
   *
   * @param exchange - `''` is the default exchange, which routes to the queue named like the key.
   * @returns Whether there was any such queue.
   */
  publish(exchange: string, routingKey: string, message: MemoryMessage): boolean {
    const queues = exchange === '' ? this.#named(routingKey) : this.#bound(exchange, routingKey);
    for (const queue of queues) queue.publish(message);
    return queues.length > 0;
  }

  #named(name: string): readonly MemoryQueue[] {
    const queue = this.#queues.get(name);
    return queue === undefined ? [] : [queue];
  }

  #bound(exchange: string, routingKey: string): readonly MemoryQueue[] {
    return [...(this.#bindings.get(bindingKey(exchange, routingKey)) ?? [])];
  }
}

/** Unambiguous, whatever the names hold. */
function bindingKey(exchange: string, routingKey: string): string {
  return JSON.stringify([exchange, routingKey]);
}

const brokers = new Map<string, MemoryBroker>();

/** The process's broker of that name; made when first asked for, and kept as long as the process. */
export function memoryBroker(name: string): MemoryBroker {
  const broker = brokers.get(name) ?? new MemoryBroker();
  brokers.set(name, broker);
  return broker;
}
