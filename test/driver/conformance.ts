import { describe } from 'vitest';
import { describeBodies } from './conformance/bodies.ts';
import { describeLifeCycle } from './conformance/life-cycle.ts';
import { describeListening } from './conformance/listening.ts';
import { describeNotifications } from './conformance/notifications.ts';
import { describeNotifying } from './conformance/notifying.ts';
import { describeReplies } from './conformance/replies.ts';
import { describeRouting } from './conformance/routing.ts';
import { describeSettling } from './conformance/settling.ts';
import type { MakeDriver } from './conformance/stage.ts';

/** What a driver may do in a way of its own; everything else is the same for all. */
export interface DriverFeatures {
  /** A requeued message returns to its old place; RabbitMQ's quorum queues put it at the end. */
  readonly requeueKeepsPlace: boolean;
}

/**
 * Says what a driver is: every one of them passes this suite.
 *
 * @param makeDriver - Makes a new driver on the same broker each time; the suite closes it.
 */
export function describeDriverConformance(
  name: string,
  makeDriver: MakeDriver,
  features: DriverFeatures,
): void {
  describe(`${name} driver`, () => {
    describeRouting(makeDriver);
    describeListening(makeDriver);
    describeSettling(makeDriver, features);
    describeNotifications(makeDriver);
    describeReplies(makeDriver);
    describeNotifying(makeDriver);
    describeBodies(makeDriver);
    describeLifeCycle(makeDriver);
  });
}
