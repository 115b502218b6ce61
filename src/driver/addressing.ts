import { InvalidTarget } from '../errors.ts';
import { formatTarget, type Target } from '../target.ts';
import type { Destination } from './driver.ts';

/** Where a request goes. */
export type TargetDestination = Destination & { readonly type: 'target' };

/** @throws {@link InvalidTarget} for a target without topic, and for a call to a fanout. */
export function destinationOf(target: Target, kind: 'call' | 'cast'): TargetDestination {
  const { topic } = target;
  if (!topic) {
    throw new InvalidTarget(`a topic is required to send: ${formatTarget(target)}`, { target });
  }
  if (kind === 'call' && target.fanout) {
    throw new InvalidTarget(`a call cannot be used with fanout: ${formatTarget(target)}`, {
      target,
    });
  }
  return { type: 'target', target: { ...target, topic } };
}
