import { describe, expect, it } from 'vitest';
import { ownedBodies } from '../../src/executors/host-protocol.ts';

describe('ownedBodies', () => {
  const pooled = (size: number, fill: number): Uint8Array => {
    const larger = new Uint8Array(size + 200).fill(0xee);
    return larger.subarray(100, 100 + size).fill(fill);
  };

  it('copies small bodies into one buffer of their size, in order', () => {
    const { owned, transfer } = ownedBodies([pooled(10, 1), pooled(0, 2), pooled(20, 3)]);
    expect(owned.map((body) => [...new Set(body)])).toEqual([[1], [], [3]]);
    expect(owned.map(({ byteLength }) => byteLength)).toEqual([10, 0, 20]);
    expect(new Set(owned.map(({ buffer }) => buffer)).size).toBe(1);
    expect(owned[0]?.buffer.byteLength).toBe(30);
    expect(transfer).toEqual([]);
  });

  it('gives a large body a buffer of its own, to be moved', () => {
    const large = pooled(16 * 1024, 7);
    const { owned, transfer } = ownedBodies([pooled(5, 1), large, pooled(5, 2)]);
    expect(transfer).toEqual([owned[1]?.buffer]);
    expect(transfer[0]).not.toBe(large.buffer);
    expect(transfer[0]?.byteLength).toBe(16 * 1024);
    expect(owned[1]).toEqual(new Uint8Array(large));
    expect(owned[0]?.buffer.byteLength).toBe(10);
    expect([...(owned[2] ?? [])]).toEqual([2, 2, 2, 2, 2]);
  });

  it('of nothing is nothing', () => {
    expect(ownedBodies([])).toEqual({ owned: [], transfer: [] });
  });
});
