import type { OutboundLimits } from '../outbound.ts';
import type { FailoverStrategy } from './failover.ts';
import type { LoginMethod } from './login.ts';
import type { TlsOptions } from './tls-options.ts';
import type { TopologyOptions } from './topology-options.ts';
import type { TopologyPreset } from './topology-presets.ts';

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
   * For the broker's confirm of one publish while it does not block us; past it the message is tried over
   * another connection, and once that has it confirmed, this one counts as dead and is replaced. For as long,
   * what the broker refuses is tried elsewhere where nothing was ever confirmed that went the same way.
   * @default 15_000
   */
  readonly confirmTimeoutMs?: number;
  /**
   * How often the broker is asked about a queue that is consumed and has been quiet. A consumer that it
   * has forgotten is found, and begins anew, within three times that; at least 100. @default 4_000
   */
  readonly consumerCheckMs?: number;
  /** For the good-bye when closing; past it the socket is destroyed. @default 2_000 */
  readonly closeTimeoutMs?: number;
  /**
   * How often the first connection is tried again when no host answers; `Infinity` to wait for the
   * broker for ever. A connection that was lost is always tried again, for ever. @default 4
   */
  readonly connectRetries?: number;
  /** The first pause between attempts; it doubles, and each is drawn between 0 and it. @default 100 */
  readonly retryInitialMs?: number;
  /**
   * The longest pause between attempts. More spares a broker that is down the attempts of a large fleet;
   * less is back sooner once it is up. @default 1_000
   */
  readonly retryMaxMs?: number;
  /**
   * In which order the URL's hosts are tried: `round-robin`, as they are written, or `shuffle`, in one
   * order drawn by each connection (`kombu_failover_strategy`). @default 'round-robin'
   */
  readonly failover?: FailoverStrategy;
  /**
   * How much may be on its way to the broker at once, not sent yet or not confirmed: `maxMessages` of
   * `maxBytes` together. Who sends more waits for as long as it is willing to, and then fails with
   * {@link OutboundFull}. Lower bounds memory while the broker is away; higher lets more wait there.
   * @default { maxMessages: 10_000, maxBytes: 67_108_864 }
   */
  readonly outbound?: Partial<OutboundLimits>;
  /**
   * The largest body that is sent, in bytes; a larger one fails with {@link MessageTooLarge}. To be the
   * broker's `max_message_size`, where that was changed. @default 16 MiB for RabbitMQ 4, 128 MiB before
   */
  readonly maxMessageBytes?: number;
  /** How we log in (`rabbit_login_method`). @default 'PLAIN' */
  readonly loginMethod?: LoginMethod;
  /** Connects over TLS, as an `amqps://` URL and `?ssl=true` do. @default as the URL says */
  readonly tls?: TlsOptions;
  /**
   * What queues and exchanges are declared like. `'rabbitmq4'` stands for `{ quorum: true,
   * transientQuorum: true }`, which declares nothing that RabbitMQ 4 deprecates.
   * @default oslo.messaging's defaults
   */
  readonly topology?: TopologyOptions | TopologyPreset;
  /** Whether plain TCP to another machine is meant, and needs no warning. @default false */
  readonly allowPlaintext?: boolean;
}

/** {@link RabbitOptions} for connections, with nothing left open; without `tls`, it is plain TCP. */
export interface ResolvedRabbitOptions
  extends Required<Omit<RabbitOptions, 'topology' | 'tls' | 'outbound' | 'maxMessageBytes'>> {
  readonly tls: TlsOptions | undefined;
  readonly outbound: OutboundLimits;
  /** Absent for what the broker's version takes by default. */
  readonly maxMessageBytes: number | undefined;
}

export const defaultRabbitOptions: ResolvedRabbitOptions = {
  heartbeatMs: 10_000,
  handshakeTimeoutMs: 5_000,
  methodTimeoutMs: 5_000,
  confirmTimeoutMs: 15_000,
  consumerCheckMs: 4_000,
  closeTimeoutMs: 2_000,
  connectRetries: 4,
  retryInitialMs: 100,
  retryMaxMs: 1_000,
  failover: 'round-robin',
  outbound: { maxMessages: 10_000, maxBytes: 64 * 2 ** 20 },
  maxMessageBytes: undefined,
  loginMethod: 'PLAIN',
  tls: undefined,
  allowPlaintext: false,
};
