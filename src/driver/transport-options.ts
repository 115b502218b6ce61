import { z } from 'zod';
import { type Log, silentLog } from '../log.ts';
import { checkOptions } from '../options.ts';
import { type Compression, validCompression } from '../wire/compression.ts';
import { type LimitsOptions, limitsSchema, resolveLimits } from '../wire/limits-options.ts';
import type { MessageLimits } from '../wire/message-limits.ts';
import type { RabbitOptions } from './rabbit/rabbit-options.ts';

/** How a {@link Transport} behaves; every field has a default. */
export interface TransportOptions {
  /** The exchange of targets that name none; peers must agree on it. @default 'openstack' */
  readonly controlExchange?: string;
  /** Connections, deadlines and retries of the RabbitMQ driver. */
  readonly rabbit?: RabbitOptions;
  /**
   * How requests and notifications are compressed: `zlib` is oslo.messaging's `kombu_compression=gzip`, and `brotli`
   * needs Python peers that have it. Replies are understood either way. @default not at all
   */
  readonly compression?: Compression;
  /**
   * Which replies are refused unread. The call fails at once with {@link MalformedMessage} if the body
   * says its `_msg_id` without being parsed, as one does that is not compressed and has no second key
   * of that name. Else the reply is a line in the log, and its call waits until its time is up.
   */
  readonly limits?: LimitsOptions;
  /** Where lines about lost, late and retried things go. @default nowhere */
  readonly log?: Log;
}

/** {@link TransportOptions} with nothing left open; what is for RabbitMQ is the driver's to resolve. */
export interface ResolvedTransportOptions {
  readonly controlExchange: string;
  readonly rabbit: RabbitOptions | undefined;
  readonly compression: Compression | undefined;
  readonly limits: MessageLimits;
  readonly log: Log;
}

/** Names all options and checks the limits; `rabbit` and `compression` are checked where they are used. */
const transportSchema = z.strictObject({
  controlExchange: z.unknown().optional(),
  rabbit: z.unknown().optional(),
  compression: z.unknown().optional(),
  limits: limitsSchema.optional(),
  log: z.unknown().optional(),
});

/**
 * Checks the options and fills in the defaults; nothing reads the raw ones after it.
 *
 * @throws {@link InvalidOptionError} that says what is wrong.
 */
export function resolveTransportOptions(raw: TransportOptions): ResolvedTransportOptions {
  checkOptions(transportSchema, raw, 'transport options');
  return {
    controlExchange: raw.controlExchange ?? 'openstack',
    rabbit: raw.rabbit,
    compression: validCompression(raw.compression),
    limits: resolveLimits(raw.limits),
    log: raw.log ?? silentLog,
  };
}
