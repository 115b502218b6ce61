import { z } from 'zod';
import { Transport } from '../driver/transport.ts';
import { executorNames } from '../executors/executor.ts';

const count = z.int().min(1);
const durationMs = z.number().min(0);
const name = z.string().min(1).max(255);

const endpoints = z.custom<object | string>(
  (value) =>
    (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null),
  'must be a module URL, a path, { module, export, options }, an instance, or a list of these',
);

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

const rabbit = z.strictObject({
  heartbeatMs: z.number().min(1000).optional(),
  handshakeTimeoutMs: durationMs.optional(),
  methodTimeoutMs: durationMs.optional(),
  confirmTimeoutMs: durationMs.optional(),
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
  topology: topology.optional(),
});

/** The shape of `RuntimeOptions`, as it is checked when a runtime is made and a config file is read. */
export const runtimeSchema: z.ZodType = z.strictObject({
  transport: z
    .custom<string | Transport>(
      (value) => typeof value === 'string' || value instanceof Transport,
      'must be a transport URL, such as rabbit://guest:guest@127.0.0.1:5672/, or a transport',
    )
    .optional(),
  executor: z.enum(executorNames).optional(),
  rpc: z.strictObject({
    target: z.strictObject({ topic: name, server: name.optional(), exchange: name.optional() }),
    endpoints,
    ping: z.boolean().optional(),
    acknowledge: z.enum(['on-dispatch', 'on-reply']).optional(),
    lookAhead: count.optional(),
    duplicateWindow: count.optional(),
    missingReplyQueueTimeoutMs: durationMs.optional(),
  }),
  async: z.strictObject({ concurrency: count.optional() }).optional(),
  pool: z
    .strictObject({
      threads: count.optional(),
      concurrency: count.optional(),
      maxHeapMb: z.number().min(16).optional(),
      readyTimeoutMs: durationMs.optional(),
    })
    .optional(),
  rabbit: rabbit.optional(),
  controlExchange: name.optional(),
  drainTimeoutMs: durationMs.optional(),
  signals: z.boolean().optional(),
  log: z
    .custom<object>(
      (value) =>
        typeof value === 'object' &&
        value !== null &&
        ['debug', 'info', 'warn', 'error'].every(
          (level) => typeof Reflect.get(value, level) === 'function',
        ),
      'must have the methods debug, info, warn and error, as a pino logger has',
    )
    .optional(),
});
