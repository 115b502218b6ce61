import { z } from 'zod';
import { accessPolicies } from '../dispatcher/access-policy.ts';
import { rabbitSchema } from '../driver/rabbit/rabbit-schema.ts';
import { Transport } from '../driver/transport.ts';
import { executorNames } from '../executors/executor.ts';
import { isSerializer, serializerMethods } from '../serializer.ts';
import { compressions } from '../wire/compression.ts';
import { limitsSchema } from '../wire/limits-options.ts';
import { poolSchema, processSchema } from './host-options.ts';

const count = z.int().min(1);
const durationMs = z.number().min(0);
const name = z.string().min(1).max(255);

const endpoints = z.custom<object | string>(
  (value) =>
    (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null),
  'must be a module URL, a path, { module, export, options }, an instance, or a list of these',
);

const serializer = z.custom<object | string>(
  (value) =>
    (typeof value === 'string' && value !== '') ||
    value instanceof URL ||
    (typeof value === 'object' && value !== null && Object.hasOwn(value, 'module')) ||
    isSerializer(value),
  'must be a module URL, a path, { module, export, options }, or an object with the methods ' +
    serializerMethods.join(', '),
);

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
    accessPolicy: z.enum(accessPolicies).optional(),
    serializer: serializer.optional(),
    exposeStacks: z.boolean().optional(),
    ping: z.boolean().optional(),
    acknowledge: z.enum(['on-dispatch', 'on-reply']).optional(),
    lookAhead: count.optional(),
    duplicateWindow: count.optional(),
    maxCrashes: count.optional(),
    missingReplyQueueTimeoutMs: durationMs.optional(),
    callerGoneGraceMs: durationMs.optional(),
    replyQueuePrefix: z.string().max(200).optional(),
    compression: z.enum(compressions).optional(),
    limits: limitsSchema.optional(),
  }),
  async: z.strictObject({ concurrency: count.optional() }).optional(),
  pool: poolSchema.optional(),
  process: processSchema.optional(),
  cancelGraceMs: durationMs.optional(),
  rabbit: rabbitSchema.optional(),
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
