import { z } from 'zod';
import { failoverStrategies } from './failover.ts';
import { loginMethods } from './login.ts';
import { topologyPresets } from './topology-presets.ts';

const count = z.int().min(1);
const durationMs = z.number().min(0);
const name = z.string().min(1).max(255);
const text = z.string().min(1);

const topology = z.strictObject({
  durable: z.boolean().optional(),
  autoDelete: z.boolean().optional(),
  quorum: z.boolean().optional(),
  quorumDeliveryLimit: z.int().min(0).optional(),
  quorumMaxMemoryLength: z.int().min(0).optional(),
  quorumMaxMemoryBytes: z.int().min(0).optional(),
  transientQuorum: z.boolean().optional(),
  transientTtlMs: durationMs.optional(),
  streamFanout: z.boolean().optional(),
  queueNames: z.strictObject({ host: name, process: name }).optional(),
  cancelOnFailover: z.boolean().optional(),
  haQueues: z.boolean().optional(),
});

const presets = Object.keys(topologyPresets);

const tls = z.strictObject({
  caFile: text.optional(),
  certFile: text.optional(),
  keyFile: text.optional(),
  passphrase: z.string().optional(),
  serverName: name.optional(),
  dangerouslyAcceptAnyServer: z.boolean().optional(),
});

/** The shape of `RabbitOptions`, wherever they are given. */
export const rabbitSchema: z.ZodType = z.strictObject({
  heartbeatMs: z.number().min(1000).optional(),
  handshakeTimeoutMs: durationMs.optional(),
  methodTimeoutMs: durationMs.optional(),
  confirmTimeoutMs: durationMs.optional(),
  consumerCheckMs: z.number().min(100).optional(),
  closeTimeoutMs: durationMs.optional(),
  connectRetries: z
    .custom<number>(
      (value) =>
        value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && Number(value) >= 0),
      'must be a whole number of at least 0, or Infinity',
    )
    .optional(),
  retryInitialMs: durationMs.optional(),
  retryMaxMs: durationMs.optional(),
  failover: z.enum(failoverStrategies).optional(),
  outbound: z
    .strictObject({ maxMessages: count.optional(), maxBytes: count.optional() })
    .optional(),
  maxMessageBytes: count.optional(),
  loginMethod: z.enum(loginMethods).optional(),
  tls: tls.optional(),
  topology: z
    .union([topology, z.enum(presets)], {
      error: `must be options or the word ${presets.join(', ')}`,
    })
    .optional(),
  allowPlaintext: z.boolean().optional(),
});
