import { z } from 'zod';
import { rabbitSchema } from '../driver/rabbit/rabbit-schema.ts';
import { Transport } from '../driver/transport.ts';
import { executorNames } from '../executors/executor.ts';
import { healthSchema } from './health-options.ts';
import { poolSchema, processSchema } from './host-options.ts';
import { notificationSchema } from './notification-options.ts';
import { rpcSchema } from './rpc-options.ts';

const count = z.int().min(1);
const durationMs = z.number().min(0);
const name = z.string().min(1).max(255);

/** The shape of `RuntimeOptions`, as it is checked when a runtime is made and a config file is read. */
export const runtimeSchema: z.ZodType = z
  .strictObject({
    transport: z
      .custom<string | Transport>(
        (value) => typeof value === 'string' || value instanceof Transport,
        'must be a transport URL, such as rabbit://guest:guest@127.0.0.1:5672/, or a transport',
      )
      .optional(),
    executor: z.enum(executorNames).optional(),
    rpc: rpcSchema.optional(),
    notifications: notificationSchema.optional(),
    async: z.strictObject({ concurrency: count.optional() }).optional(),
    pool: poolSchema.optional(),
    process: processSchema.optional(),
    cancelGraceMs: durationMs.optional(),
    rabbit: rabbitSchema.optional(),
    controlExchange: name.optional(),
    drainTimeoutMs: durationMs.optional(),
    signals: z.boolean().optional(),
    health: healthSchema.optional(),
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
  })
  .refine(({ rpc, notifications }) => rpc !== undefined || notifications !== undefined, {
    path: ['rpc'],
    message: 'there has to be rpc, or notifications, or both',
  });
