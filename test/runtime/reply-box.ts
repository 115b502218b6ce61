import { onTestFinished } from 'vitest';
import { connect } from '../../src/index.ts';
import { decodeReply, type Reply } from '../../src/wire/reply.ts';

/** A reply queue of its own, for calls whose every message a test wants to see. */
export interface ReplyBox {
  readonly queue: string;
  /** What came, in its order, with when it came on the clock of `performance.now()`. */
  readonly replies: readonly (Reply & { readonly at: number; readonly compression?: string })[];
  /** Those to a call. */
  to(msgId: unknown): readonly (Reply & { readonly at: number })[];
  /** Lets go of the queue; on `memory://` it is deleted. */
  close(): Promise<void>;
}

/** Opens a {@link ReplyBox}, on a connection of its own. */
export async function openReplyBox(url: string): Promise<ReplyBox> {
  const transport = await connect(url);
  onTestFinished(() => transport.close());
  const replies: (Reply & { at: number; compression?: string })[] = [];
  const queue = await transport.driver.takeReplies((body, compression) => {
    const reply = decodeReply(body, { compression });
    replies.push({ ...reply, at: performance.now(), ...(compression && { compression }) });
  });
  return {
    queue,
    replies,
    to: (msgId) => replies.filter((reply) => reply.msgId === msgId),
    close: () => transport.close(),
  };
}
