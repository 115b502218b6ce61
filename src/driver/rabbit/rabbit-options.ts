import type { TopologyOptions } from './topology-options.ts';

/** How the RabbitMQ driver connects, waits and retries; every field has a default. */
export interface RabbitOptions {
  /**
   * AMQP heartbeat in milliseconds, rounded to whole seconds, at least 1,000. The broker cuts a
   * connection that was silent for two of them; lower finds a dead peer sooner, and cuts a process
   * whose event loop is blocked sooner. @default 10_000
   */
  readonly heartbeatMs?: number;
  /** For TCP, TLS and AMQP handshake of one attempt together. @default 5_000 */
  readonly handshakeTimeoutMs?: number;
  /** For the broker's answer to one AMQP method, such as a declare. @default 5_000 */
  readonly methodTimeoutMs?: number;
  /**
   * For the broker's confirm of one publish while it does not block us; past it the connection
   * counts as dead and is replaced. @default 15_000
   */
  readonly confirmTimeoutMs?: number;
  /** For the good-bye when closing; past it the socket is destroyed. @default 2_000 */
  readonly closeTimeoutMs?: number;
  /**
   * How often the first connection is tried again when no host answers; `Infinity` to wait for the
   * broker for ever. A connection that was lost is always tried again, for ever. @default 4
   */
  readonly connectRetries?: number;
  /** The first pause between attempts; it doubles, and each is drawn between 0 and it. @default 200 */
  readonly retryInitialMs?: number;
  /** The longest pause between attempts. @default 5_000 */
  readonly retryMaxMs?: number;
  /** What queues and exchanges are declared like. @default oslo.messaging's defaults */
  readonly topology?: TopologyOptions;
}

/** {@link RabbitOptions} for connections, with nothing left open. */
export type ResolvedRabbitOptions = Required<Omit<RabbitOptions, 'topology'>>;

export const defaultRabbitOptions: ResolvedRabbitOptions = {
  heartbeatMs: 10_000,
  handshakeTimeoutMs: 5_000,
  methodTimeoutMs: 5_000,
  confirmTimeoutMs: 15_000,
  closeTimeoutMs: 2_000,
  connectRetries: 4,
  retryInitialMs: 200,
  retryMaxMs: 5_000,
};
