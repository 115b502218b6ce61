import { InvalidTarget } from '../errors.ts';
import { formatTarget, type Target } from '../target.ts';
import type { Destination } from './driver.ts';

/** Where a request goes. */
export type TargetDestination = Destination & { readonly type: 'target' };

/** @throws {@link InvalidTarget} for a target without topic, and for a call to a fanout. */
export function destinationOf(target: Target, kind: 'call' | 'cast'): TargetDestination {
  if (!hasTopic(target)) {
    throw new InvalidTarget(`a topic is required to send: ${formatTarget(target)}`, { target });
  }
  if (kind === 'call' && target.fanout) {
    throw new InvalidTarget(`a call cannot be used with fanout: ${formatTarget(target)}`, {
      target,
    });
  }
  return { type: 'target', target };
}

function hasTopic(target: Target): target is Target & { readonly topic: string } {
  return Boolean(target.topic);
}
