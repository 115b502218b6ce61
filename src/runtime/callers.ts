import type { CancelReason } from '../cancel-reason.ts';
import type { IncomingMessage } from '../driver/driver.ts';
import type { Begun } from '../executors/executor.ts';
import { SlotMap } from '../slot-map.ts';
import { isCancellable } from '../wire/cancellation.ts';
import type { ReplySender } from './reply-sender.ts';

/** Keeps in touch with the callers of calls that run: tells them that they do, and hears that they are to stop. */
export class Callers {
  readonly #replies: ReplySender;
  /** What cancels calls whose callers may, by their `_msg_id`s. */
  readonly #cancellable = new SlotMap<string, () => void>();

  constructor(replies: ReplySender) {
    this.#replies = replies;
  }

  /** Asks the method to stop that runs a call, because its caller says so; false if none does. */
  cancel(msgId: string): boolean {
    const cancel = this.#cancellable.get(msgId);
    cancel?.();
    return cancel !== undefined;
  }

  /** Begins with a call that begins; returns what ends that, if there is anything to keep up. */
  attend(
    { replyTo, keepAliveMs }: Begun,
    { headers }: IncomingMessage,
    cancel: (reason: CancelReason) => void,
  ): (() => void) | undefined {
    if (replyTo === undefined) return undefined;
    const isWatched = keepAliveMs !== undefined;
    if (!isWatched && !isCancellable(headers)) return undefined;
    const ends: (() => void)[] = [];
    if (isWatched) {
      ends.push(this.#replies.keepAlive(replyTo, keepAliveMs, () => cancel('caller-gone')));
    }
    const { msgId } = replyTo;
    if (typeof msgId === 'string' && isCancellable(headers)) {
      const cancelThis = (): void => cancel('cancelled');
      this.#cancellable.set(msgId, cancelThis);
      ends.push(this.#replies.tellCancelQueue(replyTo), () => {
        // Ids are the senders': another message may have come with the same.
        if (this.#cancellable.get(msgId) === cancelThis) this.#cancellable.delete(msgId);
      });
    }
    return () => {
      for (const end of ends) end();
    };
  }
}
