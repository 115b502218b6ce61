import type { ServerTarget } from '../../target.ts';
import { newId } from '../../wire/ids.ts';
import type { NotificationSources } from '../driver.ts';
import type { MemoryBroker } from './memory-broker.ts';
import type { MemoryQueue } from './memory-queue.ts';

/** A queue that a listener consumes. */
export interface ConsumedQueue {
  readonly queue: MemoryQueue;
  /** When it is deleted: never, when the listener closes, or then if nobody else consumes it. */
  readonly deleted: 'never' | 'at-close' | 'when-unused';
}

/** Makes the three queues of a server; the topic's and the server's stay behind. */
export function serverQueues(
  broker: MemoryBroker,
  controlExchange: string,
  { topic, server, exchange: own }: ServerTarget,
): readonly ConsumedQueue[] {
  const exchange = own || controlExchange;
  const bound = (name: string, exchangeName: string, routingKey: string): MemoryQueue => {
    const queue = broker.declareQueue(name);
    broker.bind(queue, exchangeName, routingKey);
    return queue;
  };
  const serverKey = `${topic}.${server}`;
  return [
    { queue: bound(topic, exchange, topic), deleted: 'never' },
    { queue: bound(serverKey, exchange, serverKey), deleted: 'never' },
    { queue: bound(`${topic}_fanout_${newId()}`, `${topic}_fanout`, ''), deleted: 'at-close' },
  ];
}

/** Makes the queues that notifications come to: one a topic and priority, or that of the pool. */
export function notificationQueues(
  broker: MemoryBroker,
  controlExchange: string,
  { targets, priorities, pool, isTemporary = false }: NotificationSources,
): readonly ConsumedQueue[] {
  const queues = new Set<MemoryQueue>();
  for (const { topic, exchange } of targets) {
    for (const priority of priorities) {
      const key = `${topic}.${priority}`;
      const queue = broker.declareQueue(pool ?? key);
      broker.bind(queue, exchange || controlExchange, key);
      queues.add(queue);
    }
  }
  const deleted = isTemporary ? 'when-unused' : 'never';
  return [...queues].map((queue) => ({ queue, deleted }));
}
