import type { Channel } from 'amqplib';

/** The part of amqplib's channel that gives it up; it is not in its types. */
interface Closing {
  closeWithError(id: number | undefined, reason: string, code: number, error: Error): void;
}

/**
 * Has a channel tell at once of a frame that it did not expect, instead of closing.
 *
 * amqplib sends its close, and tells nobody before the broker has answered; meanwhile it throws at whoever
 * acknowledges a delivery on the channel.
 */
export function onUnexpectedFrame(channel: Channel, tell: (error: Error) => void): void {
  // amqplib's border: what is not in its types is as its code of version 2.3 has it.
  const closing = channel as unknown as Closing;
  closing.closeWithError = (_id, _reason, _code, error) => tell(error);
}
