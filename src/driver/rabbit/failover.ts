import type { TransportHost } from '../transport-url.ts';

/** The orders in which the hosts of a transport URL can be tried. */
export const failoverStrategies = ['round-robin', 'shuffle'] as const;
export type FailoverStrategy = (typeof failoverStrategies)[number];

/** The hosts in the order in which one connection tries them, over and over. */
export function inOrder(
  hosts: readonly TransportHost[],
  strategy: FailoverStrategy,
): readonly TransportHost[] {
  if (strategy === 'round-robin') return hosts;
  const drawn = hosts.map((host) => ({ host, lot: Math.random() }));
  return drawn.sort((one, other) => one.lot - other.lot).map(({ host }) => host);
}
