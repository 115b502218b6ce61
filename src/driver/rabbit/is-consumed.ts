import { MessageDeliveryFailure } from '../../errors.ts';
import { isNotFound } from './connect-failure.ts';
import type { Session } from './session.ts';

/**
 * Whether a queue is there and somebody consumes it.
 *
 * Has no deadline, and ends no session when there is no answer: the name may be anybody's, and a queue
 * that has lost its leader answers when it has another.
 */
export async function isConsumed(session: Session, queue: string): Promise<boolean> {
  let consumers = 0;
  try {
    await session.aside(async (channel) => {
      consumers = (await channel.checkQueue(queue)).consumerCount;
    });
  } catch (error) {
    if (isNotFound(error)) return false;
    throw new MessageDeliveryFailure(`the broker does not say who consumes queue ${queue}`, {
      cause: error,
    });
  }
  return consumers > 0;
}
