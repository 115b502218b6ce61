import { describe, expect, it } from 'vitest';
import { inOrder } from '../../src/driver/rabbit/failover.ts';
import { parseTransportUrl } from '../../src/driver/transport-url.ts';

const { hosts } = parseTransportUrl('rabbit://a,b,c,d,e,f/');

describe('the order in which hosts are tried', () => {
  it('is that of the URL', () => {
    expect(inOrder(hosts, 'round-robin')).toEqual(hosts);
  });

  it('is drawn, with each host in it once, when it is to be shuffled', () => {
    const orders = Array.from({ length: 50 }, () => inOrder(hosts, 'shuffle'));
    for (const order of orders) expect(new Set(order)).toEqual(new Set(hosts));
    expect(new Set(orders.map(([first]) => first)).size).toBeGreaterThan(1);
  });
});
