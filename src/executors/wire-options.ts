import type { Compression } from '../wire/compression.ts';
import { defaultMessageLimits, type MessageLimits } from '../wire/message-limits.ts';

/** How requests are read and replies written, in the place where a message is dispatched. Cloneable. */
export interface WireOptions {
  readonly limits: MessageLimits;
  /** How replies are compressed; absent when they are not. */
  readonly compression: Compression | undefined;
  /** Whether callers get the stack of what failed; the log has it either way. */
  readonly exposeStacks: boolean;
}

export const defaultWireOptions: WireOptions = {
  limits: defaultMessageLimits,
  compression: undefined,
  exposeStacks: true,
};
