import { z } from 'zod';
import { defaultMessageLimits, type MessageLimits } from './message-limits.ts';

/** What is refused unread, because it would cost too much to read. */
export interface LimitsOptions {
  /**
   * The largest body that is taken, in bytes, as it arrives and decompressed; at least 1. The heap of
   * what reads it should be some sixteen times this. @default 16 MiB
   */
  readonly maxBodyBytes?: number;
  /** How many levels a message may be nested, 1 to 500. @default 500 */
  readonly maxDepth?: number;
}

const count = z.int().min(1);

/** The shape of {@link LimitsOptions}, wherever they are given. */
export const limitsSchema: z.ZodType = z.strictObject({
  maxBodyBytes: count.optional(),
  maxDepth: count.max(defaultMessageLimits.maxDepth).optional(),
});

/** Fills in the defaults of options that have been checked. */
export function resolveLimits({ maxBodyBytes, maxDepth }: LimitsOptions = {}): MessageLimits {
  return {
    maxBodyBytes: maxBodyBytes ?? defaultMessageLimits.maxBodyBytes,
    maxDepth: maxDepth ?? defaultMessageLimits.maxDepth,
  };
}
