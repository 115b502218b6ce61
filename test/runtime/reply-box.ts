import { onTestFinished } from 'vitest';
import { connect } from '../../src/index.ts';
import { formatOf } from '../../src/wire/body-format.ts';
import { compressionIn } from '../../src/wire/compression.ts';
import { decodeReply, type Reply } from '../../src/wire/reply.ts';

/** A reply with what its message says of itself. */
export interface BoxedReply extends Reply {
  /** When it came, on the clock of `performance.now()`. */
  readonly at: number;
  readonly contentType: string | undefined;
  readonly compression?: string;
}

/** A reply queue of its own, for calls whose every message a test wants to see. */
export interface ReplyBox {
  readonly queue: string;
  /** What came, in its order. */
  readonly replies: readonly BoxedReply[];
  /** Those to a call. */
  to(msgId: unknown): readonly BoxedReply[];
  /** Lets go of the queue; on `memory://` it is deleted. */
  close(): Promise<void>;
}

/** Opens a {@link ReplyBox}, on a connection of its own. */
export async function openReplyBox(url: string): Promise<ReplyBox> {
  const transport = await connect(url);
  onTestFinished(() => transport.close());
  const replies: BoxedReply[] = [];
  const queue = await transport.driver.takeReplies(({ body, contentType, headers }) => {
    const compression = compressionIn(headers);
    const format = formatOf(contentType) ?? 'json';
    const reply = decodeReply(body, { format, compression });
    const at = performance.now();
    replies.push({ ...reply, at, contentType, ...(compression && { compression }) });
  });
  return {
    queue,
    replies,
    to: (msgId) => replies.filter((reply) => reply.msgId === msgId),
    close: () => transport.close(),
  };
}
