/** What a server declares at its broker before it serves; nothing where a broker needs nothing. */
export interface Declarations {
  readonly exchanges: readonly DeclaredExchange[];
  /** Those of the topic, of the server, and for fanouts; never exclusive. */
  readonly queues: readonly DeclaredQueue[];
  readonly bindings: readonly DeclaredBinding[];
  readonly consumers: readonly DeclaredConsumer[];
}

export interface DeclaredExchange {
  readonly name: string;
  readonly type: 'topic' | 'fanout';
  readonly durable: boolean;
  readonly autoDelete: boolean;
}

export interface DeclaredQueue {
  /** Ends in `<id>` where each start draws a new id. */
  readonly name: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** By the names that AMQP gives them, such as `x-queue-type`. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface DeclaredBinding {
  readonly exchange: string;
  readonly queue: string;
  readonly key: string;
}

export interface DeclaredConsumer {
  readonly queue: string;
  readonly tag: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}
