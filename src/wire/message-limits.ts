/** What a message may cost before it is refused unread. */
export interface MessageLimits {
  /** The size of a body in bytes, as it arrives and decompressed. */
  readonly maxBodyBytes: number;
  /** How many levels its values may be nested. */
  readonly maxDepth: number;
}

/**
 * 16 MiB is what RabbitMQ 4 itself takes by default. `JSON.parse` takes a million levels, but
 * `JSON.stringify` and a clone of the result overflow the stack from a few thousand on; a Python
 * peer gives up at about a thousand.
 */
export const defaultMessageLimits: MessageLimits = {
  maxBodyBytes: 16 * 1024 * 1024,
  maxDepth: 500,
};
